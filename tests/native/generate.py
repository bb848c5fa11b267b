"""Writes a program of some thousand lines, always the same for the same seed."""

import random

LAYERS = 10


def c_program(functions=300, seed=1):
    """C: functions in layers; each calls deeper ones, through pointers too, some themselves."""
    rng = random.Random(seed)
    layer = [[i for i in range(functions) if i * LAYERS // functions == n] for n in range(LAYERS)]
    lines = ["#include <stdint.h>", "#include <stdio.h>", "", "static volatile uint64_t sink;", ""]
    lines += [f"uint64_t f{i}(uint64_t x, unsigned n);" for i in range(functions)]
    lines += ["", "typedef uint64_t (*work)(uint64_t, unsigned);"]
    for n in range(1, LAYERS):
        members = ", ".join(f"f{i}" for i in layer[n])
        lines.append(f"static work const layer{n}[] = {{{members}}};")
    for i in range(functions):
        lines += c_function(i, i * LAYERS // functions, layer, rng)
    lines += ["", "int main(void)", "{", "    uint64_t sum = 0;",
              "    for (unsigned round = 0; round < 25; round++) {"]
    for i in layer[0]:
        lines.append(f"        sum += f{i}({rng.randrange(1000)} + round, 2);")
    lines += ["    }", '    printf("%llu\\n", (unsigned long long)sum);', "    return 0;", "}", ""]
    return "\n".join(lines)


def c_function(i, depth, layer, rng):
    """One function of the layer `depth`."""
    lines = ["", f"uint64_t f{i}(uint64_t x, unsigned n)", "{", f"    uint64_t y = x * {i + 3};"]
    if depth + 1 < LAYERS:
        for _ in range(rng.randrange(1, 3)):
            lines += [f"    if ((x + n) % {rng.randrange(2, 6)})",
                      f"        y += f{rng.choice(layer[depth + 1])}(y + {rng.randrange(99)}, 2);"]
        if rng.random() < 0.3:
            deeper = rng.randrange(depth + 1, LAYERS)
            lines.append(f"    y ^= layer{deeper}[y % {len(layer[deeper])}](y, 1);")
    if rng.random() < 0.2:
        lines += ["    if (n)", f"        y += f{i}(x / 2, n - 1);"]
    lines += [f"    for (unsigned k = 0; k < {rng.randrange(2, 9)}; k++)",
              f"        y = (y << {rng.randrange(1, 9)} | y >> 55) + k;",
              "    sink += y;", "    return y;", "}"]
    return lines


def cpp_program(classes=60, seed=2):
    """C++: a hierarchy with virtual functions, templates, objects with life times, exceptions."""
    rng = random.Random(seed)
    lines = ["#include <cstdint>", "#include <cstdio>", "#include <stdexcept>", "#include <vector>",
             "", "static volatile std::uint64_t sink;", "", "namespace work {", "",
             "template <int N> std::uint64_t turn(std::uint64_t x)", "{",
             "    sink += N;", "    return x * N + (x >> N);", "}", "",
             "class base {", "public:", "    explicit base(std::uint64_t seed) : state(seed) {}",
             "    virtual ~base() { sink += state; }",
             "    virtual std::uint64_t step(std::uint64_t x, int n) = 0;",
             "    std::uint64_t twice(std::uint64_t x) { return step(x, 0) + step(x + 1, 0); }",
             "protected:", "    std::uint64_t state;", "};", ""]
    for i in range(classes):
        lines += cpp_class(i, rng)
    lines += ["} // namespace work", "", "static std::uint64_t drive(work::base &one, int n)", "{",
              "    std::uint64_t sum = 0;", "    for (int i = 0; i < n; i++) {",
              "        try {", "            sum += one.step(i, 3);",
              "        } catch (const std::runtime_error &) {",
              "            try {", "                sum += one.twice(i);",
              "            } catch (...) {", "                sum++;", "            }",
              "        } catch (int value) {", "            sum += value;", "        }", "    }",
              "    return sum;", "}", "", "int main()", "{", "    std::uint64_t sum = 0;"]
    for i in range(classes):
        lines += ["    {", f"        work::kind{i} one({rng.randrange(1000)});",
                  f"        sum += drive(one, {rng.randrange(5, 40)});", "    }"]
    lines += ['    std::printf("%llu\\n", (unsigned long long)sum);', "    return 0;", "}", ""]
    return "\n".join(lines)


def cpp_class(i, rng):
    """One class; it uses those before it."""
    lines = [f"class kind{i} : public base {{", "public:",
             f"    explicit kind{i}(std::uint64_t seed) : base(seed * {i + 1}) {{ sink += seed; }}",
             f"    ~kind{i}() override {{ state = turn<{rng.randrange(1, 30)}>(state); }}",
             "    std::uint64_t step(std::uint64_t x, int n) override", "    {",
             f"        state = turn<{rng.randrange(1, 30)}>(state ^ x);"]
    if i:
        other = rng.randrange(max(0, i - 5), i)
        lines += [f"        kind{other} helper(state);",
                  "        if (n)", "            state += helper.step(x, n - 1);"]
    if rng.random() < 0.3:
        lines += [f"        if (n && x % {rng.randrange(3, 8)} == 2)",
                  "            throw std::runtime_error(\"now\");"]
    elif rng.random() < 0.3:
        lines += [f"        if (x % {rng.randrange(5, 12)} == 4)", f"            throw {i};"]
    lines += ["        return add(x);", "    }",
              "    std::uint64_t add(std::uint64_t x) { return local(x) + state; }",
              f"    static std::uint64_t local(std::uint64_t x) {{ return turn<{rng.randrange(1, 30)}>(x); }}",
              "};", ""]
    return lines
