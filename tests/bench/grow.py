#!/usr/bin/env python3
"""Makes another run out of a pstats file:  grow.py IN OUT SIZE

As if the input were SIZE times as large: of eight functions two do not depend on it or grow with
its root, three are linear, and the others grow as n^1.2, n^1.5 and n^2.
"""
import marshal
import sys

EXPONENTS = (0, 0.5, 1, 1, 1, 1.2, 1.5, 2)


def main():
    source, target, size = sys.argv[1], sys.argv[2], float(sys.argv[3])
    with open(source, "rb") as file:
        stats = marshal.load(file)
    factor = {function: size ** EXPONENTS[i % 8] for i, function in enumerate(stats)}

    def grown(values, by):
        first, second, tottime, cumtime = values
        return max(1, int(first * by)), max(1, int(second * by)), tottime * by, cumtime * by

    larger = {}
    for function, (*own, callers) in stats.items():
        by = factor[function]
        larger[function] = (*grown(own, by),
                            {caller: grown(edge, by) for caller, edge in callers.items()})
    with open(target, "wb") as file:
        marshal.dump(larger, file)


if __name__ == "__main__":
    main()
