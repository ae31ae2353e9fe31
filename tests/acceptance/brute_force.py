#!/usr/bin/env python3
"""Which alerts match which items: the rules of matching, tried one by one. Shares no code with vigie.

    brute_force.py ALERTS.json ITEMS.ndjson

ALERTS is a JSON array (or NDJSON) of alerts in the API's form. ITEMS has one item a line:
{"id", "title", "price", "currency", "brand", "size", "condition"}; prices are decimal numbers or text, and everything
but id and title may be missing or null. Prints "alert-name<TAB>item-id" lines, sorted by their bytes.
"""
import json
import sys
import unicodedata
from decimal import Decimal

BLANKS = " \t\r\n\v\f\u00a0"


def load(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text.lstrip().startswith("["):
        return json.loads(text, parse_float=Decimal)
    return [json.loads(line, parse_float=Decimal) for line in text.split("\n") if line.strip()]


def fold(text):
    return text.replace("\u00a0", " ").casefold()


def without_accents(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def words(text):
    out, word = [], ""
    for c in text:
        category = unicodedata.category(c)
        if category.startswith("L") or category == "Nd" or c in "-'":
            word += c
        elif word:
            out.append(word)
            word = ""
    return out + [word] if word else out


def contains(title, keyword, read):
    text = read(title)
    if keyword.startswith("~"):
        part = read(keyword[1:])
        return part != "" and part in text
    row, all_words = words(read(keyword)), words(text)
    return bool(row) and any(all_words[i:i + len(row)] == row for i in range(len(all_words) - len(row) + 1))


def one_of(choices, value):
    if not choices:
        return True
    return value is not None and fold(value.strip(BLANKS)) in [fold(c.strip(BLANKS)) for c in choices]


def number(x):
    return None if x is None or x == "" else Decimal(x)


def matches(alert, item):
    keywords = alert.get("keywords") or {}
    bare = alert.get("foldAccents", False)
    read = (lambda s: without_accents(fold(s))) if bare else fold
    title = item["title"]
    if not all(contains(title, k, read) for k in keywords.get("all", [])):
        return False
    any_of = keywords.get("any", [])
    if any_of and not any(contains(title, k, read) for k in any_of):
        return False
    if any(contains(title, k, read) for k in keywords.get("none", [])):
        return False
    bounds, price = alert.get("price") or {}, number(item.get("price"))
    low, high = number(bounds.get("min")), number(bounds.get("max"))
    if low is not None and (price is None or price < low):
        return False
    if high is not None and (price is None or price > high):
        return False
    if bounds.get("currency") and item.get("currency") != bounds["currency"]:
        return False
    return (one_of(alert.get("conditions"), item.get("condition")) and one_of(alert.get("brands"), item.get("brand"))
            and one_of(alert.get("sizes"), item.get("size")))


def main():
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    alerts, items = load(sys.argv[1]), load(sys.argv[2])
    lines = {f"{a['name']}\t{i['id']}" for a in alerts for i in items if matches(a, i)}
    sys.stdout.buffer.write("".join(line + "\n" for line in sorted(lines, key=lambda x: x.encode())).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
