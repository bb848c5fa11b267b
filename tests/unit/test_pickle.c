/* Python's pickles: every operation that is known, what is refused, and what is left of a part. */
#include "tests/unit/test.h"

#include "formats/readers/pickle.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEVELS 100000

/* A text with NUL bytes in it and its size. */
#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static struct pickle *read_whole(const uint8_t *data, size_t size)
{
    struct pickle *pickle = NULL;
    struct error err = {0};
    if (pickle_read(&pickle, data, size, &err))
        fail_msg("%s", err.text);
    return pickle;
}

static void check_integer(const uint8_t *data, size_t size, int64_t wanted)
{
    struct pickle *pickle = read_whole(data, size);
    uint32_t root = pickle_root(pickle);
    assert_true(pickle_type(pickle, root) == PICKLE_INTEGER ||
                pickle_type(pickle, root) == PICKLE_BOOL);
    assert_int_equal(pickle_integer(pickle, root), wanted);
    pickle_free(pickle);
}

static void check_text(const uint8_t *data, size_t size, const char *wanted)
{
    struct pickle *pickle = read_whole(data, size);
    assert_int_equal(pickle_type(pickle, pickle_root(pickle)), PICKLE_TEXT);
    assert_true(slice_is(pickle_text(pickle, pickle_root(pickle)), wanted));
    pickle_free(pickle);
}

/* The integers of a container, in its order. */
static void check_items(const uint8_t *data, size_t size, enum pickle_type type, const int *wanted,
                        unsigned count)
{
    struct pickle *pickle = read_whole(data, size);
    uint32_t item, at = pickle_first(pickle, pickle_root(pickle));
    assert_int_equal(pickle_type(pickle, pickle_root(pickle)), type);
    for (unsigned i = 0; i < count; i++) {
        assert_true(pickle_next(pickle, &at, &item));
        assert_int_equal(pickle_integer(pickle, item), wanted[i]);
    }
    assert_false(pickle_next(pickle, &at, &item));
    pickle_free(pickle);
}

static void numbers(void **state)
{
    (void)state;
    check_integer(BYTES("K\x07."), 7);
    check_integer(BYTES("M\x01\x02."), 0x201);
    check_integer(BYTES("J\xfe\xff\xff\xff."), -2);
    check_integer(BYTES("I-12\n."), -12);
    check_integer(BYTES("L123456789012L\n."), INT64_C(123456789012));
    check_integer(BYTES("I01\n."), 1);
    check_integer(BYTES("I00\n."), 0);
    check_integer(BYTES("\x88."), 1);
    check_integer(BYTES("\x89."), 0);
    check_integer(BYTES("\x8a\x00."), 0);
    check_integer(BYTES("\x8a\x02\x00\xff."), -256);
    check_integer(BYTES("\x8a\x09\0\0\0\0\0\0\0\0\1."), INT64_MAX);
    check_integer(BYTES("\x8a\x09\0\0\0\0\0\0\0\0\xff."), INT64_MIN);
    check_integer(BYTES("\x8b\x01\0\0\0\x05."), 5);
    check_integer(BYTES("\x82\x09."), 9); /* extension registry: its number */
    check_integer(BYTES("\x83\x09\x01."), 0x109);
    check_integer(BYTES("\x84\x09\0\0\0."), 9);
}

static void floats(void **state)
{
    (void)state;
    struct pickle *pickle = read_whole(BYTES("(F1.5e3\nG\x3f\xf8\0\0\0\0\0\0G\x7f\xf0\0\0\0\0\0\0"
                                             "G\x7f\xf8\0\0\0\0\0\0F-2\nNt."));
    const double wanted[] = {1500, 1.5, 0, 0, -2, 0}; /* neither infinite nor NaN */
    uint32_t items[6];
    assert_int_equal(pickle_take(pickle, pickle_root(pickle), items, 6), 6);
    for (unsigned i = 0; i < 6; i++)
        assert_true(pickle_float(pickle, items[i]) == wanted[i]);
    assert_int_equal(pickle_type(pickle, items[5]), PICKLE_NONE);
    pickle_free(pickle);
}

static void texts(void **state)
{
    (void)state;
    check_text(BYTES("S'ab'\n."), "ab");
    check_text(BYTES("S\"a'b\"\n."), "a'b");
    check_text(BYTES("Vab\n."), "ab");
    check_text(BYTES("X\2\0\0\0ab."), "ab");
    check_text(BYTES("T\2\0\0\0ab."), "ab");
    check_text(BYTES("B\2\0\0\0ab."), "ab");
    check_text(BYTES("U\2ab."), "ab");
    check_text(BYTES("C\2ab."), "ab");
    check_text(BYTES("\x8c\2ab."), "ab");
    check_text(BYTES("\x8d\2\0\0\0\0\0\0\0ab."), "ab");
    check_text(BYTES("\x8e\2\0\0\0\0\0\0\0ab."), "ab");
    check_text(BYTES("\x96\2\0\0\0\0\0\0\0ab."), "ab");
    check_text(BYTES("Pab\n."), "ab"); /* persistent: its name */
    check_text(BYTES("\x80\4\x95\0\0\0\0\0\0\0\0\x8c\2ab."), "ab");
}

static void containers(void **state)
{
    (void)state;
    const int wanted[] = {1, 2, 3, 4};
    check_items(BYTES("]."), PICKLE_LIST, wanted, 0);
    check_items(BYTES(")."), PICKLE_LIST, wanted, 0);
    check_items(BYTES("K\1\x85."), PICKLE_LIST, wanted, 1);
    check_items(BYTES("K\1K\2\x86."), PICKLE_LIST, wanted, 2);
    check_items(BYTES("K\1K\2K\3\x87."), PICKLE_LIST, wanted, 3);
    check_items(BYTES("(K\1K\2K\3K\4t."), PICKLE_LIST, wanted, 4);
    check_items(BYTES("(K\1K\2l."), PICKLE_LIST, wanted, 2);
    check_items(BYTES("]K\1aK\2a."), PICKLE_LIST, wanted, 2);
    check_items(BYTES("](K\1K\2K\3e."), PICKLE_LIST, wanted, 3);
    check_items(BYTES("\x8f(K\1K\2\x90."), PICKLE_LIST, wanted, 2);
    check_items(BYTES("(K\1K\2\x91."), PICKLE_LIST, wanted, 2);
    check_items(BYTES("}K\1K\2s."), PICKLE_DICT, wanted, 2);
    check_items(BYTES("}(K\1K\2K\3K\4u."), PICKLE_DICT, wanted, 4);
    check_items(BYTES("(K\1K\2d."), PICKLE_DICT, wanted, 2);
    check_items(BYTES("K\1\x85(K\2(K\3t1."), PICKLE_LIST, wanted, 1);
}

static void the_stack_and_the_memo(void **state)
{
    (void)state;
    const int twice[] = {1, 1};
    check_integer(BYTES("K\1K\2"
                        "0."),
                  1);
    check_integer(BYTES("K\1(K\2K\3"
                        "1."),
                  1);
    check_items(BYTES("(K\1"
                      "2t."),
                PICKLE_LIST, twice, 2);
    check_items(BYTES("(K\1q\5h\5t."), PICKLE_LIST, twice, 2);
    check_items(BYTES("(K\1r\xff\xff\xff\xffj\xff\xff\xff\xfft."), PICKLE_LIST, twice, 2);
    check_items(BYTES("(K\1p300\ng300\nt."), PICKLE_LIST, twice, 2);
    check_items(BYTES("(K\1\x94h\0t."), PICKLE_LIST, twice, 2);
}

/* An object is its class' name and its state, however it was made. */
static void check_object(const uint8_t *data, size_t size)
{
    struct pickle *pickle = read_whole(data, size);
    uint32_t root = pickle_root(pickle), state = pickle_state(pickle, root);
    assert_int_equal(pickle_type(pickle, root), PICKLE_OBJECT);
    assert_true(slice_is(pickle_class(pickle, root), "Stats"));
    assert_int_equal(pickle_integer(pickle, pickle_member(pickle, state, "n")), 5);
    assert_int_equal(pickle_member(pickle, state, "m"), PICKLE_NOTHING);
    pickle_free(pickle);
}

static void objects(void **state)
{
    (void)state;
#define STATE "}X\1\0\0\0nK\5sb."
    check_object(BYTES("cmod\nStats\n)R" STATE));
    check_object(BYTES("cmod\nStats\n)\x81" STATE));
    check_object(BYTES("cmod\nStats\n)}\x92" STATE));
    check_object(BYTES("(imod\nStats\n" STATE));
    check_object(BYTES("(cmod\nStats\nK\1o" STATE));
    check_object(BYTES("\x8c\3mod\x8c\5Stats\x93)\x81" STATE));
    check_object(BYTES("ccopyreg\n_reconstructor\n(cmod\nStats\nc__builtin__\nobject\nNtR" STATE));
#undef STATE
}

static void an_object_that_is_a_dict(void **state)
{
    (void)state;
    struct pickle *pickle = read_whole(BYTES("cmod\nD\n)\x81(K\1K\2u}b."));
    uint32_t item, at = pickle_first(pickle, pickle_root(pickle));
    assert_true(pickle_next(pickle, &at, &item) && pickle_integer(pickle, item) == 1);
    assert_true(pickle_next(pickle, &at, &item) && pickle_integer(pickle, item) == 2);
    assert_false(pickle_next(pickle, &at, &item));
    pickle_free(pickle);
}

/* What would run a program when Python unpickles it is an object that nobody asks for. */
static void nothing_is_called(void **state)
{
    (void)state;
    char proof[] = "/tmp/ncprof-pickle-XXXXXX", data[256];
    assert_non_null(mkdtemp(proof));
    int size = snprintf(data, sizeof data, "cos\nsystem\n(S'rmdir %s'\ntR.", proof);
    struct pickle *pickle = read_whole((const uint8_t *)data, (size_t)size);
    assert_int_equal(pickle_type(pickle, pickle_root(pickle)), PICKLE_OBJECT);
    assert_true(slice_is(pickle_class(pickle, pickle_root(pickle)), "system"));
    assert_int_equal(pickle_state(pickle, pickle_root(pickle)), 0);
    pickle_free(pickle);
    assert_int_equal(rmdir(proof), 0);
}

static void check_refused(const uint8_t *data, size_t size, enum error_code code, const char *text)
{
    struct pickle *pickle = NULL;
    struct error err = {0};
    assert_int_equal(pickle_read(&pickle, data, size, &err), -1);
    assert_int_equal(err.code, code);
    assert_string_equal(err.text, text);
}

static void damaged(void **state)
{
    (void)state;
    static const char needs[] = "a pickle operation finds not what it needs";
    check_refused(BYTES(""), ERROR_TRUNCATED, "the pickle ends too early");
    check_refused(BYTES("."), ERROR_FORMAT, "the pickle ends without a value");
    check_refused(BYTES("(."), ERROR_FORMAT, "the pickle ends without a value");
    check_refused(BYTES("K\1(."), ERROR_FORMAT, "the pickle ends without a value");
    check_refused(BYTES("0."), ERROR_FORMAT, needs);
    check_refused(BYTES("t."), ERROR_FORMAT, needs);
    check_refused(BYTES("1."), ERROR_FORMAT, needs);
    check_refused(BYTES("K\1(0."), ERROR_FORMAT, needs); /* not below a mark */
    check_refused(BYTES("K\1K\2a."), ERROR_FORMAT, needs);
    check_refused(BYTES("K\1K\2K\3s."), ERROR_FORMAT, needs);
    check_refused(BYTES("K\1(K\2e."), ERROR_FORMAT, needs);
    check_refused(BYTES("\x85."), ERROR_FORMAT, needs);
    check_refused(BYTES("h\0."), ERROR_FORMAT, needs);
    check_refused(BYTES("q\0."), ERROR_FORMAT, needs);
    check_refused(BYTES("gx\n."), ERROR_FORMAT, needs);
    check_refused(BYTES("Ix\n."), ERROR_FORMAT, needs);
    check_refused(BYTES("(o."), ERROR_FORMAT, needs);
    check_refused(BYTES("K\1b."), ERROR_FORMAT, needs);
    check_refused(BYTES("\xff."), ERROR_FORMAT, "there is no pickle operation 0xff");
    check_refused(BYTES("\x97."), ERROR_FORMAT, "there is no pickle operation 0x97");
}

/* What stands on the stack when the data end, put together. */
static void part_of(const uint8_t *data, size_t size, const char *key, int64_t wanted)
{
    struct pickle *pickle = NULL;
    struct error err = {0};
    assert_int_equal(pickle_read(&pickle, data, size, &err), 1);
    assert_int_equal(err.code, ERROR_TRUNCATED);
    uint32_t root = pickle_root(pickle), items[3];
    uint32_t value = pickle_member(pickle, pickle_state(pickle, root), key);
    if (pickle_type(pickle, value) == PICKLE_LIST)
        assert_int_equal(pickle_take(pickle, value, items, 3), wanted);
    else
        assert_int_equal(pickle_integer(pickle, value), wanted);
    pickle_free(pickle);
}

static void cut_short(void **state)
{
    (void)state;
#define OBJECT "cm\nS\n)\x81}"
    part_of(BYTES(OBJECT "X\1\0\0\0nK\5"), "n", 5);               /* before SETITEM */
    part_of(BYTES(OBJECT "X\1\0\0\0nK\5s"), "n", 5);              /* before BUILD */
    part_of(BYTES(OBJECT "(X\1\0\0\0nK\5X\1\0\0\0m"), "n", 5);    /* a key without its value */
    part_of(BYTES(OBJECT "(X\1\0\0\0nK\5X\1\0\0\0mK"), "n", 5);   /* within an operation */
    part_of(BYTES(OBJECT "X\1\0\0\0n](K\1K\2"), "n", 2);          /* before APPENDS */
    part_of(BYTES(OBJECT "X\1\0\0\0n](K\1(K\2K\3"), "n", 1);      /* within a tuple */
    part_of(BYTES(OBJECT "X\1\0\0\0n](K\1(K\2K\3t(K\4"), "n", 2); /* within the next */
    part_of(BYTES(OBJECT "(X\1\0\0\0ncm\nT\n)\x81}X\1\0\0\0mK\5"), "m", 0);
#undef OBJECT
}

/* Cut anywhere, an object of objects is refused or walked without harm. */
static void cut_anywhere(void **state)
{
    static const char data[] =
        "\x80\2cm\nS\n)\x81}(X\1\0\0\0ncm\nT\n)\x81}X\1\0\0\0t]((K\0K\1K\2tq\1"
        "(K\1K\2K\3th\1eX\1\0\0\0mG?\xf8\0\0\0\0\0\0usbub.";
    (void)state;
    for (size_t size = 0; size < sizeof data - 1; size++) {
        struct pickle *pickle = NULL;
        struct error err = {0};
        uint8_t *copy = malloc(size + 1); /* of its own, so that an overrun is seen */
        memcpy(copy, data, size);
        int part = pickle_read(&pickle, copy, size, &err);
        if (part >= 0) {
            uint32_t item, root = pickle_root(pickle);
            uint32_t at = pickle_first(pickle, pickle_state(pickle, root));
            while (pickle_next(pickle, &at, &item))
                (void)pickle_text(pickle, item);
        }
        assert_int_not_equal(part, 0);
        pickle_free(pickle);
        free(copy);
    }
}

static void deep(void **state)
{
    (void)state;
    uint8_t *data = malloc(2 * LEVELS + 2);
    memset(data, ']', LEVELS);
    memset(data + LEVELS, 'a', LEVELS - 1);
    data[2 * LEVELS - 1] = '.';
    struct pickle *pickle = read_whole(data, 2 * LEVELS);
    uint32_t level = 0, item = pickle_root(pickle), at;
    while ((at = pickle_first(pickle, item)) && pickle_next(pickle, &at, &item))
        level++;
    assert_int_equal(level, LEVELS - 1);
    pickle_free(pickle);
    free(data);
}

/* Lists of the same list twice, 60 times over: 2^60 items for who follows them all. */
static uint64_t walk(struct pickle *pickle, uint32_t value)
{
    uint64_t steps = 1;
    uint32_t item, at = pickle_first(pickle, value);
    while (pickle_next(pickle, &at, &item))
        steps += walk(pickle, item);
    return steps;
}

static void what_multiplies_is_bounded(void **state)
{
    (void)state;
    uint8_t data[600] = "]q\0", *at = data + 3;
    for (uint8_t i = 0; i < 60; i++) {
        const uint8_t list[] = {'(', 'h', i, 'h', i, 'l', 'q', (uint8_t)(i + 1)};
        memcpy(at, list, sizeof list);
        at += sizeof list;
    }
    *at++ = '.';
    struct pickle *pickle = read_whole(data, (size_t)(at - data));
    assert_true(walk(pickle, pickle_root(pickle)) < 100000);
    assert_true(pickle_exhausted(pickle));
    pickle_free(pickle);
}

static void a_list_in_itself_is_bounded(void **state)
{
    (void)state;
    struct pickle *pickle = read_whole(BYTES("]q\0h\0a."));
    uint32_t item = pickle_root(pickle), at = pickle_first(pickle, item);
    while (pickle_next(pickle, &at, &item))
        at = pickle_first(pickle, item);
    assert_true(pickle_exhausted(pickle));
    pickle_free(pickle);
}

static void values_of_other_types_are_nothing(void **state)
{
    (void)state;
    struct pickle *pickle = read_whole(BYTES("K\1."));
    uint32_t root = pickle_root(pickle), items[2];
    assert_int_equal(pickle_take(pickle, root, items, 2), 0);
    assert_int_equal(items[0], PICKLE_NOTHING);
    assert_int_equal(pickle_type(pickle, PICKLE_NOTHING), PICKLE_NONE);
    assert_int_equal(pickle_state(pickle, root), PICKLE_NOTHING);
    assert_int_equal(pickle_text(pickle, root).length, 0);
    assert_int_equal(pickle_class(pickle, root).length, 0);
    assert_int_equal(pickle_integer(pickle, PICKLE_NOTHING), 0);
    pickle_free(pickle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(floats),
        cmocka_unit_test(texts),
        cmocka_unit_test(containers),
        cmocka_unit_test(the_stack_and_the_memo),
        cmocka_unit_test(objects),
        cmocka_unit_test(an_object_that_is_a_dict),
        cmocka_unit_test(nothing_is_called),
        cmocka_unit_test(damaged),
        cmocka_unit_test(cut_short),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(deep),
        cmocka_unit_test(what_multiplies_is_bounded),
        cmocka_unit_test(a_list_in_itself_is_bounded),
        cmocka_unit_test(values_of_other_types_are_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
