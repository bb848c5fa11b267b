#!/usr/bin/env python3
"""Reads N sensor records, drops what it has seen already, and computes features: ingest.py N

Two things in it are slow, as they often are: `is_known` compares every record with all that were
kept before (its comparisons grow with the square of N), and `features` sums a window anew for
every record (linear, but dear).
"""
import json
import random
import sys

WINDOW = 200


def lines(count):
    rng = random.Random(1)
    for number in range(count):
        place = rng.choice(("north", "south", "harbour", "station"))
        yield f"{number},{place},{rng.gauss(20, 5):.3f},{rng.choice(('ok', 'ok', 'warn'))}"


def parse(line):
    number, place, value, state = line.split(",")
    return {"id": int(number), "place": place.strip(), "value": float(value), "state": state}


def normalise(record):
    record["value"] = round((record["value"] - 20) / 5, 4)
    record["place"] = record["place"].upper()
    return record


def same(one, other):
    return one["id"] == other["id"] and one["place"] == other["place"]


def is_known(record, kept):
    for other in kept:
        if same(record, other):
            return True
    return False


def features(record, history):
    history.append(record["value"])
    window = history[-WINDOW:]
    mean = sum(window) / len(window)
    spread = sum((value - mean) ** 2 for value in window) / len(window)
    return {"mean": mean, "spread": spread}


def emit(record, out):
    out.append(json.dumps(record, sort_keys=True))


def ingest(count):
    kept, history, out = [], [], []
    for line in lines(count):
        record = normalise(parse(line))
        if is_known(record, kept):
            continue
        kept.append(record)
        emit(dict(record, **features(record, history)), out)
    return out


if __name__ == "__main__":
    print(f"{len(ingest(int(sys.argv[1]))):,} records kept")
