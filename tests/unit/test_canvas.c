/* The canvas: nothing steers the terminal, widths are right, nothing is painted outside. */
#include "tests/unit/test.h"
#include "tui/widgets/canvas.h"
#include "tui/widgets/glyph.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* What a canvas of one row shows of `text`; the caller frees it. */
static char *shown(const char *text, int width)
{
    struct canvas canvas = {0};
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    canvas_resize(&canvas, 1, width);
    canvas_text(&canvas, 0, 0, width, STYLE_NORMAL, text);
    canvas_print(&canvas, out);
    fclose(out);
    canvas_free(&canvas);
    printed[strcspn(printed, "\n")] = '\0';
    return printed;
}

static void assert_shown(const char *text, int width, const char *expected)
{
    char *printed = shown(text, width);
    assert_string_equal(printed, expected);
    free(printed);
}

static void escapes_what_steers(void **state)
{
    (void)state;
    assert_shown("a\033[2Jb", 20, "a\\x1b[2Jb");
    assert_shown("line\nnext\tx", 20, "line\\nnext\\tx");
    assert_shown("bell\a del\177", 20, "bell\\a del\\x7f");
    assert_shown("c1 \302\233m", 20, "c1 \\x9bm");
    assert_shown("rtl \342\200\256x", 20, "rtl \\u202ex");
    assert_shown("bom \357\273\277x", 20, "bom \\ufeffx");
    assert_shown("tag \363\240\201\201", 20, "tag \\U0e0041");
}

static void shows_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    assert_shown("\xff\xfe", 20, "\\xff\\xfe");
    assert_shown("\xc3", 20, "\\xc3");
    assert_shown("\xc0\xaf", 20, "\\xc0\\xaf");
    assert_shown("\xed\xa0\x80", 20, "\\xed\\xa0\\x80");
    assert_shown("\xf5\x80\x80\x80", 40, "\\xf5\\x80\\x80\\x80");
}

static void measures_wide_and_combining(void **state)
{
    (void)state;
    assert_int_equal(glyph_width("函数"), 4);
    assert_int_equal(glyph_width("e\314\201t\314\201"), 2);
    assert_int_equal(glyph_width("µs ×"), 4);
    assert_shown("函数x", 20, "函数x");
    assert_shown("函数x", 3, "函"); /* half a character is none */
    assert_shown("e\314\201t", 1, "e\314\201");
}

static void overwrites_halves_of_wide_characters(void **state)
{
    struct canvas canvas = {0};
    (void)state;
    canvas_resize(&canvas, 1, 6);
    canvas_text(&canvas, 0, 0, 6, STYLE_NORMAL, "函数函");
    canvas_text(&canvas, 0, 1, 2, STYLE_NORMAL, "ab");
    assert_int_equal(canvas.cells[0].code, ' ');
    assert_int_equal(canvas.cells[0].width, 1);
    assert_int_equal(canvas.cells[1].code, 'a');
    assert_int_equal(canvas.cells[2].code, 'b');
    assert_int_equal(canvas.cells[3].code, ' ');
    assert_int_equal(canvas.cells[3].width, 1);
    assert_int_equal(canvas.cells[4].width, 2);
    canvas_free(&canvas);
}

static void cuts_in_the_middle(void **state)
{
    struct canvas canvas = {0};
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    (void)state;
    canvas_resize(&canvas, 2, 10);
    assert_int_equal(canvas_text_cut(&canvas, 0, 0, 10, STYLE_NORMAL, "beginning_and_end"), 10);
    assert_int_equal(canvas_text_right(&canvas, 1, 0, 10, STYLE_NORMAL, "right"), 10);
    canvas_print(&canvas, out);
    fclose(out);
    assert_string_equal(printed, "begin…_end\n     right\n");
    free(printed);
    canvas_free(&canvas);
}

static void ignores_what_is_outside(void **state)
{
    struct canvas canvas = {0};
    (void)state;
    canvas_text(&canvas, 0, 0, 10, STYLE_NORMAL, "no cells at all");
    canvas_resize(&canvas, 2, 3);
    canvas_text(&canvas, -1, 0, 10, STYLE_NORMAL, "above");
    canvas_text(&canvas, 5, 0, 10, STYLE_NORMAL, "below");
    canvas_text(&canvas, 1, -2, 10, STYLE_NORMAL, "函left and right");
    canvas_box(&canvas, (struct rect){-1, -1, 9, 9}, STYLE_POPUP);
    canvas_restyle(&canvas, (struct rect){-3, -3, 20, 20}, STYLE_SELECTED);
    canvas_fill(&canvas, (struct rect){1, 1, 50, 50}, STYLE_DIM, 'x');
    assert_int_equal(canvas.cells[5].code, 'x');
    canvas_resize(&canvas, 0, 0);
    canvas_text(&canvas, 0, 0, 1, STYLE_NORMAL, "x");
    canvas_free(&canvas);
}

static void has_stand_ins_without_utf8(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C");
    assert_shown("tottime▼ 48 µs ×4.29 …", 40, "tottimev 48 us x4.29 ~");
    assert_shown("caf\303\251", 40, "caf\\u00e9");
    assert_shown("⏎ open", 40, "Enter open");
    setlocale(LC_CTYPE, "C.UTF-8");
}

static void breaks_lines_at_blanks(void **state)
{
    (void)state;
    assert_int_equal(glyph_line("one two three", 9), 7);
    assert_int_equal(glyph_line("unbreakable", 5), 5);
    assert_int_equal(glyph_line("short", 9), 5);
    /* A number and its unit stay together. */
    assert_int_equal(glyph_line("gains 300 µs here", 10), 5);
    assert_int_equal(glyph_line("gains 0.4 % at", 10), 5);
    assert_int_equal(glyph_line("gains 300 samples", 10), 9);
    assert_int_equal(glyph_prefix("函数", 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_steers),
        cmocka_unit_test(shows_bytes_that_are_not_utf8),
        cmocka_unit_test(measures_wide_and_combining),
        cmocka_unit_test(overwrites_halves_of_wide_characters),
        cmocka_unit_test(cuts_in_the_middle),
        cmocka_unit_test(ignores_what_is_outside),
        cmocka_unit_test(has_stand_ins_without_utf8),
        cmocka_unit_test(breaks_lines_at_blanks),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
}
