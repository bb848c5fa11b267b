#!/usr/bin/env python3
"""A backtest over a range of days: backtest.py --start 2024-09-01 --end 2024-09-30 --data FOLDER

Every day has six bars of four hours. A bar is converted, a signal computed from the last ones, its
trades are logged and joined to the history; at the end the trades are ranked. A day that is not
yet in FOLDER is fetched first, which is dear; --preload does nothing but that.

Some of it looks suspicious: the log is opened and closed for every bar, numbers are converted from
text one by one, the ranking sorts. All that is linear, or nearly. What is not stands in `Backtest`:
the history is joined anew for every bar. backtest_repaired.py joins it once.
"""
import argparse
import datetime
import functools
import json
import os
import random
import sys
from pathlib import Path

BARS, TICKS = 6, 600
WINDOW = 20


# ---- frames: rows of a table, joined as a library does it, into a new one ----

def copy_row(row):
    return tuple(row)


def concat(frames):
    return [copy_row(row) for frame in frames for row in frame]


# ---- the data ----

def days(start, end):
    day = start
    while day <= end:
        yield day
        day += datetime.timedelta(days=1)


def ticks(day):
    """A day's prices: a random walk that is the same every time."""
    rng = random.Random(day.toordinal())
    price = 100 + 10 * rng.random()
    for _ in range(TICKS):
        price += rng.gauss(0, 0.05)
        yield price


def fetch_day(path, day):
    prices = list(ticks(day))
    span = len(prices) // BARS
    lines = [f"{day}T{4 * bar:02},{prices[bar * span]:.4f},{prices[(bar + 1) * span - 1]:.4f}\n"
             for bar in range(BARS)]
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text("".join(lines))
    partial.rename(path)


def read_day(data, day):
    path = data / f"{day}.csv"
    if not path.exists():
        fetch_day(path, day)
    with open(path) as file:
        return file.readlines()


def to_bar(line):
    time, first, last = line.split(",")
    return time, float(first), float(last)


# ---- the strategy ----

def load_strategy():
    """The same work for any range: weights of the window's bars."""
    weights = [0.9 ** age for age in range(WINDOW)]
    whole = sum(weights)
    return [weight / whole for weight in weights]


def signal(window, weights):
    return sum(last * weight for (_, _, last), weight in zip(reversed(window), weights))


def trade(bar, level):
    time, first, last = bar
    side = "buy" if last < level else "sell"
    return [(time, side, round(last - first, 4))]


def log_trade(path, frame):
    with open(path, "a") as log:
        for time, side, gain in frame:
            log.write(f"{time} {side} {gain}\n")


def by_gain(one, other):
    return (one[2] > other[2]) - (one[2] < other[2])


def rank(history):
    return sorted(history, key=functools.cmp_to_key(by_gain))


def plot_price(prices):
    """One character a day, the lowest price a blank."""
    low, high = min(prices), max(prices)
    levels = " .:-=+*#%@"
    print("".join(levels[int((price - low) / (high - low or 1) * 9.99)] for price in prices))


class Backtest:
    def __init__(self):
        self.history, self.prices = [], []

    def keep(self, frame):
        self.history = concat([self.history, frame])

    def trades(self):
        return self.history

    def run(self, start, end, data, log):
        weights, window = load_strategy(), []
        for day in days(start, end):
            for line in read_day(data, day):
                bar = to_bar(line)
                window = window[1 - WINDOW:] + [bar]
                frame = trade(bar, signal(window, weights))
                log_trade(log, frame)
                self.keep(frame)
            self.prices.append(window[-1][2])
        return rank(self.trades())


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", type=datetime.date.fromisoformat, required=True)
    parser.add_argument("--end", type=datetime.date.fromisoformat, required=True)
    parser.add_argument("--data", type=Path, required=True, help="where the days are kept")
    parser.add_argument("--preload", action="store_true", help="only fetch what is missing there")
    return parser.parse_args()


def main(backtest):
    given = options()
    given.data.mkdir(parents=True, exist_ok=True)
    if given.preload:
        for day in days(given.start, given.end):
            read_day(given.data, day)
        return
    log = given.data / f"trades.{os.getpid()}.log"
    ranked = backtest.run(given.start, given.end, given.data, log)
    log.unlink()
    if os.environ.get("PLOT_PRICE") == "true":
        plot_price(backtest.prices)
    json.dump({"trades": len(ranked), "best": ranked[-1], "worst": ranked[0]}, sys.stdout)
    print()


if __name__ == "__main__":
    main(Backtest())
