#!/usr/bin/env python3
"""Names and source lines of recorded native functions."""
import os
import shutil
import subprocess

from common import FOLDER, equal, expect, functions, main, program, record, test

CXX = os.environ.get("CXX", "c++")

SOURCE = r"""
#include <string>
#include <vector>
namespace shop {
template <typename T> struct Basket {
    std::vector<T> items;
    void add(const T &item) { items.push_back(item); }
    static int count(int a) { return a; }
};
struct Thing {
    Thing() {}
    ~Thing() {}
    int operator()(int x) const { return x; }
};
}
static int twice(int x) { return 2 * x; }
int main()
{
    shop::Basket<int> basket;
    for (int i = 0; i < 3; i++)
        basket.add(i);
    shop::Thing thing;
    auto lambda = [](int x) { return x + 1; };
    return thing(0) + twice(0) + lambda(-1) + shop::Basket<int>::count(0);
}
"""


def cxx(name, *flags):
    path = FOLDER / name
    (FOLDER / "shop.cpp").write_text(SOURCE)
    subprocess.run([CXX, "-O0", "-g", "-finstrument-functions", "-o", path, FOLDER / "shop.cpp",
                    *flags], check=True)
    return path


@test("C++ names are written as in the source, with file and line")
def _():
    cxx("shop")
    done = record("./shop")
    equal(done.returncode, 0, done.stderr)
    rows = functions("shop.ncp")
    add = rows["shop::Basket<int>::add(int const&)"]
    equal((add["ncalls"], add["module"], add["line"]), (3, "shop", 7))
    expect(add["file"].endswith("/shop.cpp"), add["file"])
    for name in ("shop::Thing::Thing()", "shop::Thing::~Thing()", "twice(int)", "main",
                 "shop::Thing::operator()(int) const", "shop::Basket<int>::count(int)"):
        equal(rows[name]["ncalls"], 1, name)
    expect(any("lambda" in name for name in rows), list(rows))


@test("a position-dependent program, too")
def _():
    cxx("fixed", "-no-pie")
    record("./fixed")
    equal(functions("fixed.ncp")["twice(int)"]["ncalls"], 1)


@test("separate debug information is found by its link")
def _():
    path = cxx("split")
    subprocess.run(["objcopy", "--only-keep-debug", path, f"{path}.debug"], check=True)
    subprocess.run(["strip", path], check=True)
    subprocess.run(["objcopy", f"--add-gnu-debuglink={path}.debug", path], check=True, cwd=FOLDER)
    record("./split")
    row = functions("split.ncp")["twice(int)"]
    equal(row["ncalls"], 1)
    expect(row["line"] == 16 and row["file"].endswith("shop.cpp"), row)


@test("a stripped program's functions are addresses in its file")
def _():
    path = cxx("bare")
    subprocess.run(["strip", path], check=True)
    done = record("./bare")
    equal(done.returncode, 0, done.stderr)
    names = [name for name in functions("bare.ncp") if name.endswith(" [bare]")]
    expect(len(names) >= 8 and all(name.startswith("0x") for name in names), names)


@test("libraries that come and go at one address keep their own names")
def _():
    for name in ("one", "two"):
        (FOLDER / f"{name}.c").write_text(f"int {name}_f(int x) {{ return x + 1; }}\n")
        subprocess.run(["cc", "-shared", "-fPIC", "-g", "-finstrument-functions", "-o",
                        FOLDER / f"lib{name}.so", FOLDER / f"{name}.c"], check=True)
    program("loader", r"""
#include <dlfcn.h>
#include <stdio.h>
static void use(const char *path, const char *name)
{
    void *library = dlopen(path, RTLD_NOW);
    int (*f)(int) = (int (*)(int))dlsym(library, name);
    for (int i = 0; i < 10; i++)
        f(i);
    fprintf(stderr, "%p\n", (void *)f);
    dlclose(library);
}
int main(void)
{
    for (int i = 0; i < 20; i++) {
        use("./libone.so", "one_f");
        use("./libtwo.so", "two_f");
    }
    return 0;
}
""", "-finstrument-functions", "-ldl")
    done = record("./loader")
    rows = functions("loader.ncp")
    equal([rows[name]["ncalls"] for name in ("one_f", "two_f")], [200, 200])
    equal(rows["one_f"]["module"], "libone.so")


@test("static functions of one name in two files are told apart")
def _():
    (FOLDER / "second.c").write_text("static int same(int x) { return x; }\n"
                                     "int second(void) { return same(0); }\n")
    program("pair", "int second(void);\nstatic int same(int x) { return x; }\n"
            "int main(void) { return same(0) + same(0) + second(); }\n",
            FOLDER / "second.c", "-finstrument-functions")
    record("./pair")
    import json
    from common import ncprof
    rows = json.loads(ncprof("report", "pair.ncp", "--format", "json", "--limit", "0"))["functions"]
    equal(sorted((row["ncalls"], row["file"].rpartition("/")[2]) for row in rows
                 if row["name"] == "same"), [(1, "second.c"), (2, "pair.c")])


@test("a program built with -pg")
def _():
    program("pg", "static int leaf(int x) { return x; }\n"
            "int main(void) { int s = 0; for (int i = 0; i < 7; i++) s += leaf(i); return s - 21; }",
            "-pg")
    done = record("./pg")
    equal(done.returncode, 0, done.stderr)
    row = functions("pg.ncp")["leaf"]
    equal((row["ncalls"], row["line"]), (7, 1))


if __name__ == "__main__":
    if not shutil.which(CXX):
        raise SystemExit("1..0 # SKIP no C++ compiler")
    main()
