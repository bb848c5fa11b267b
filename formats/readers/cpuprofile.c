/*
 * V8's profiles in files of their own: .cpuprofile as Node and Chrome write them, the older form
 * with a tree under "head", and .heapprofile (bytes allocated, sampled). See v8.h.
 */
#include "formats/format.h"
#include "formats/readers/v8.h"

#include <string.h>

static void state_metric(const struct v8 *v8, struct build *build)
{
    if (v8_is_heap(v8))
        build_metric(build, "allocated", "bytes", METRIC_BYTES, 1);
    else if (v8_has_times(v8))
        build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    else
        build_metric(build, "samples", "samples", METRIC_SAMPLES, 1);
}

static int read_cpuprofile(struct input *input, struct build *build, struct error *err)
{
    struct scan *scan = scan_new(input);
    struct v8 *v8 = v8_new(build);
    struct slice key;
    bool any = false;
    if (scan_object(scan)) {
        while (scan_key(scan, &key)) {
            if (v8_member(v8, scan, key))
                any = true;
            else
                scan_skip(scan);
        }
    }
    int status = scan_end(scan, err);
    if (any && status && err->code == ERROR_TRUNCATED) {
        build_cut(build, err);
        status = 0;
    }
    if (!status) {
        state_metric(v8, build);
        v8_state(v8, build_thread(build, "", 0, build_process(build, "", 0)));
        scan_note(scan, build);
        if (!any)
            build_note(build, "holds no profile");
    }
    v8_free(v8);
    scan_free(scan);
    return status;
}

static int probe_cpuprofile(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (!slice_begins_json(text, '{') || !slice_holds(text, "\"functionName\""))
        return 0;
    if (slice_holds(text, "\"traceEvents\""))
        return 0;
    return slice_holds(text, "\"nodes\"") || slice_holds(text, "\"head\"") ? 70 : 0;
}

const struct reader cpuprofile_reader = {
    .name = "cpuprofile",
    .description = "V8 .cpuprofile and .heapprofile",
    .suffixes = "cpuprofile heapprofile",
    .probe = probe_cpuprofile,
    .read = read_cpuprofile,
};
