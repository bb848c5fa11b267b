/* The table of actions and the keys it names: no two meanings in one place, no key without one. */
#include "tests/unit/test.h"
#include "tui/actions.h"
#include "tui/keys.h"
#include "tui/widgets/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls `check` for every key of every action. */
static void each_key(void (*check)(const struct action *, uint32_t key))
{
    for (const struct action *action = actions; action->help; action++) {
        for (const char *name = action->keys; *name;) {
            size_t length = strcspn(name, " ");
            check(action, keys_by_name(name, length));
            name += length + strspn(name + length, " ");
        }
    }
}

static void check_known(const struct action *action, uint32_t key)
{
    if (key == KEYS_NONE)
        fail_msg("%s: '%s' names a key that does not exist", action->label, action->keys);
}

static void every_key_exists(void **state)
{
    (void)state;
    each_key(check_known);
}

static void check_unambiguous(const struct action *action, uint32_t key)
{
    for (unsigned place = 1; place <= PLACE_QUEUE; place <<= 1) {
        if (!(action->places & place))
            continue;
        const struct action *found = action_for_key(key, place, ~0u);
        if (found != action && found->needs == action->needs)
            fail_msg("'%s' means both %s and %s in place %u", action->keys, action->label,
                     found->label, place);
    }
}

static void no_key_means_two_things(void **state)
{
    (void)state;
    each_key(check_unambiguous);
}

static void every_sentence_is_one(void **state)
{
    (void)state;
    for (const struct action *action = actions; action->help; action++) {
        size_t length = strlen(action->help);
        assert_true(length > 4 && action->help[length - 1] == '.');
        assert_true(action->help[0] >= 'A' && action->help[0] <= 'Z');
        assert_true(action->places != 0);
    }
}

static void needs_are_respected(void **state)
{
    (void)state;
    assert_null(action_for_key('x', PLACE_COMPARE, NEEDS_ONE_FILE));
    assert_int_equal(action_for_key('x', PLACE_COMPARE, NEEDS_TWO_FILES)->id, ACTION_SWAP);
    assert_int_equal(action_for_key('x', PLACE_TREE, NEEDS_TWO_FILES)->id, ACTION_OTHER_FILE);
    assert_null(action_for_key('T', PLACE_HOTSPOTS, 0));
    assert_null(action_for_key('s', PLACE_INFO, ~0u));
}

static char *written(enum action_format format)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    actions_write(out, format);
    fclose(out);
    return text;
}

static void writes_its_list(void **state)
{
    char *markdown = written(ACTIONS_MARKDOWN), *man = written(ACTIONS_MAN);
    (void)state;
    assert_non_null(strstr(markdown, "| Moving | |\n|---|---|\n| `k Up` | One row up. |\n"));
    assert_non_null(strstr(markdown, "| `\\` | Show all again. |"));
    assert_non_null(strstr(man, ".SS Moving\n.TP\n.B k Up\nOne row up.\n"));
    assert_non_null(strstr(man, ".B \\e\n"));
    free(markdown);
    free(man);
}

static void assert_event(const char **script, enum event_kind kind, uint32_t key)
{
    struct event event;
    struct error err;
    assert_int_equal(keys_script_next(script, &event, &err), 0);
    assert_int_equal(event.kind, kind);
    assert_int_equal(event.key, key);
}

static void reads_scripts(void **state)
{
    const char *script = "j<Down>\\n\\e\\t\\b\\\\<<F1><C-l><x>é<size 40x10><click 3,4><print>";
    (void)state;
    const uint32_t keys[] = {
        'j',  KEYS_DOWN, KEYS_ENTER, KEYS_ESCAPE,       KEYS_TAB, KEYS_BACKSPACE,
        '\\', '<',       KEYS_F1,    KEYS_CONTROL('l'), '<',      'x',
        '>',  0xe9};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_event(&script, EVENT_KEY, keys[i]);
    assert_event(&script, EVENT_RESIZE, 0);
    assert_event(&script, EVENT_MOUSE, KEYS_CLICK);
    assert_event(&script, EVENT_PRINT, 0);
    assert_event(&script, EVENT_NONE, 0);
}

static void refuses_half_an_event(void **state)
{
    struct event event;
    struct error err = {0};
    (void)state;
    const char *broken[] = {"<click 3>", "<size 10>", "<click 3,x>", "<wheel >x", "<double 1,2"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        const char *script = broken[i];
        assert_int_equal(keys_script_next(&script, &event, &err), i == 3 ? 0 : -1);
    }
    assert_int_equal(err.code, ERROR_USAGE);
}

static void type(struct prompt *prompt, const char *keys)
{
    struct event event;
    struct error err;
    while (!keys_script_next(&keys, &event, &err) && event.kind != EVENT_NONE)
        prompt_key(prompt, event.key);
}

static void edits_a_line(void **state)
{
    struct prompt prompt;
    (void)state;
    prompt_open(&prompt, "/ ", "ab");
    type(&prompt, "c<Left><Left>X");
    assert_string_equal(prompt.text, "aXbc");
    type(&prompt, "<Home>é<Delete><End>\\b");
    assert_string_equal(prompt.text, "éXb");
    type(&prompt, "<Home><Right>\\b");
    assert_string_equal(prompt.text, "Xb");
    type(&prompt, "<C-u><C-k>one two<C-w>");
    assert_string_equal(prompt.text, "one ");
    type(&prompt, "<C-w><C-w><C-w>");
    assert_string_equal(prompt.text, "");
    assert_int_equal(prompt_key(&prompt, KEYS_BACKSPACE), PROMPT_CANCELLED);
    assert_int_equal(prompt_key(&prompt, KEYS_ENTER), PROMPT_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_exists),      cmocka_unit_test(no_key_means_two_things),
        cmocka_unit_test(every_sentence_is_one), cmocka_unit_test(needs_are_respected),
        cmocka_unit_test(writes_its_list),       cmocka_unit_test(reads_scripts),
        cmocka_unit_test(refuses_half_an_event), cmocka_unit_test(edits_a_line),
    };
    return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
