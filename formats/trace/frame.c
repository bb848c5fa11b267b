#include "formats/trace/frame.h"

#include <stdlib.h>
#include <zstd.h>

/* Higher levels gain a few per cent at several times the cost: what is left is entropy of times. */
#define FRAME_LEVEL 1

struct packer {
    ZSTD_CCtx *context;
};

struct unpacker {
    ZSTD_DCtx *context;
};

struct packer *packer_new(struct error *err)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    if (!context) {
        error_set(err, ERROR_LIMIT, "no memory to compress with");
        return NULL;
    }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, FRAME_LEVEL);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1);
    struct packer *packer = memory_alloc(sizeof *packer);
    packer->context = context;
    return packer;
}

void packer_free(struct packer *packer)
{
    if (!packer)
        return;
    ZSTD_freeCCtx(packer->context);
    free(packer);
}

int packer_add(struct packer *packer, struct bytes *out, const struct bytes *payload,
               uint32_t *size, struct error *err)
{
    *size = 0;
    if (payload->size == 0)
        return 0;
    size_t bound = ZSTD_compressBound(payload->size);
    bytes_room(out, bound);
    size_t packed =
        ZSTD_compress2(packer->context, out->data + out->size, bound, payload->data, payload->size);
    if (ZSTD_isError(packed))
        return error_set(err, ERROR_LIMIT, "cannot compress: %s", ZSTD_getErrorName(packed));
    if (packed > UINT32_MAX)
        return error_set(err, ERROR_LIMIT, "a payload of more than 4 GiB");
    out->size += packed;
    *size = (uint32_t)packed;
    return 0;
}

struct unpacker *unpacker_new(struct error *err)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (!context) {
        error_set(err, ERROR_LIMIT, "no memory to decompress with");
        return NULL;
    }
    struct unpacker *unpacker = memory_alloc(sizeof *unpacker);
    unpacker->context = context;
    return unpacker;
}

void unpacker_free(struct unpacker *unpacker)
{
    if (!unpacker)
        return;
    ZSTD_freeDCtx(unpacker->context);
    free(unpacker);
}

int unpacker_take(struct unpacker *unpacker, struct bytes *out, const uint8_t *frame, size_t size,
                  uint64_t limit, struct error *err)
{
    out->size = 0;
    if (size == 0)
        return 0;
    if (ZSTD_findFrameCompressedSize(frame, size) != size)
        return error_set(err, ERROR_FORMAT, "a compressed frame is damaged");
    unsigned long long payload = ZSTD_getFrameContentSize(frame, size);
    if (payload == ZSTD_CONTENTSIZE_UNKNOWN || payload == ZSTD_CONTENTSIZE_ERROR)
        return error_set(err, ERROR_FORMAT, "a compressed frame does not state its size");
    if (payload > limit)
        return error_set(err, ERROR_LIMIT, "a compressed frame unpacks to %llu bytes", payload);
    bytes_room(out, (size_t)payload);
    size_t got = ZSTD_decompressDCtx(unpacker->context, out->data, (size_t)payload, frame, size);
    if (ZSTD_isError(got))
        return error_set(err, ERROR_FORMAT, "a compressed frame is damaged: %s",
                         ZSTD_getErrorName(got));
    out->size = got;
    return 0;
}
