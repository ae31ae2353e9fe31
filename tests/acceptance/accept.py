#!/usr/bin/env python3
"""Acceptance on outside data: real listings, read by sources that are TOML only; the matches must equal a brute force.

usage: accept.py --vigie PROGRAM --data DIR
DIR holds amazon-cellphones.ndjson (a header row, then one array a line) and mercadolibre-televisor.json (a recorded search
answer). They are served raw by `vigie sample-site --serve DIR`. Exit 0 = everything equal.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from decimal import Decimal

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from fleet import Fleet, Failure, call, require  # noqa: E402

SOURCES = '''
[sources.cellphones]
url = "http://127.0.0.1:{port}/amazon-cellphones.ndjson"
[sources.cellphones.extract]
format = "ndjson"
header_row = true
[sources.cellphones.extract.fields]
id = "asin"
title = "title"
brand = "brand"
price = "prices"
url = "url"
photo = "image"
[sources.cellphones.extract.constants]
currency = "USD"
[sources.cellphones.gate]
min_interval = "50ms"
owner_consent = "served from this machine"

[sources.televisor]
url = "http://127.0.0.1:{port}/mercadolibre-televisor.json"
[sources.televisor.extract]
format = "json"
items = "results"
[sources.televisor.extract.fields]
id = "id"
title = "title"
price = "price"
currency = "currency_id"
condition = "condition"
brand = "attributes[id=BRAND].value_name"
url = "permalink"
photo = "thumbnail"
[sources.televisor.gate]
min_interval = "50ms"
owner_consent = "served from this machine"
'''


def alert(name, source, *, every=(), some=(), no=(), low=None, high=None, currency=None, brands=(), conditions=(), bare=False):
    return {"name": name, "source": source, "query": "", "channels": ["log", "hook"], "baseline": False, "foldAccents": bare,
            "keywords": {"all": list(every), "any": list(some), "none": list(no)},
            "price": {"min": low, "max": high, "currency": currency}, "brands": list(brands), "conditions": list(conditions)}


ALERTS = [
    alert("any phone with a price", "cellphones", low=0),
    alert("unlocked under 100", "cellphones", every=["unlocked"], high=100, currency="USD"),
    alert("dual sim or 4g", "cellphones", some=["dual", "4g", "lte"]),
    alert("nokia by brand", "cellphones", brands=["nokia"]),
    alert("samsung galaxy, not renewed", "cellphones", every=["galaxy"], no=["renewed", "refurbished"], brands=["Samsung"]),
    alert("range counts as its lowest", "cellphones", low=142.99, high=142.99),
    alert("dear ones", "cellphones", low=1000),
    alert("substring pro", "cellphones", every=["~pro"]),
    alert("two words in a row", "cellphones", every=["cell phone"]),
    alert("no euro here", "cellphones", low=0, currency="EUR"),
    alert("motorola up to 49.95", "cellphones", brands=["Motorola"], high=49.95),
    alert("chromecast", "televisor", every=["chromecast"]),
    alert("new under 5000 pesos", "televisor", conditions=["new"], high=5000, currency="ARS"),
    alert("used", "televisor", conditions=["used"]),
    alert("accents folded", "televisor", some=["carbon", "control"], bare=True),
    alert("accents as written", "televisor", every=["carbón"]),
    alert("by an attribute's brand", "televisor", brands=["Google", "samsung"]),
    alert("all televisions", "televisor"),
]


def price_of_text(text):
    prices = [Decimal(p.replace(",", "")) for p in re.findall(r"\$(\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?)", text)]
    return min(prices) if prices else None


def raw_items(data):
    """The same listings, read here with nothing of vigie's."""
    lines = (data / "amazon-cellphones.ndjson").read_text(encoding="utf-8").split("\n")
    rows = [json.loads(x) for x in lines if x.strip()]
    head, phones = rows[0], {}
    for row in rows[1:]:
        x = dict(zip(head, row))
        price = price_of_text(x["prices"])
        phones.setdefault(x["asin"], {"id": x["asin"], "title": x["title"], "brand": x["brand"] or None,
                                      "price": None if price is None else str(price), "currency": "USD"})
    sets = {}
    answer = json.loads((data / "mercadolibre-televisor.json").read_text(encoding="utf-8"), parse_float=Decimal)
    for x in answer["results"]:
        brand = next((a["value_name"] for a in x["attributes"] if a["id"] == "BRAND"), None)
        sets.setdefault(x["id"], {"id": x["id"], "title": x["title"], "brand": brand, "condition": x["condition"],
                                  "price": None if x["price"] is None else str(x["price"]), "currency": x["currency_id"]})
    print(f"listings: {len(rows) - 1} phones ({sum(p['price'] is None for p in phones.values())} of {len(phones)} distinct without"
          f" a price), {len(sets)} television listings")
    return {"cellphones": phones, "televisor": sets}


def brute_force(items):
    pairs = set()
    with tempfile.TemporaryDirectory() as folder:
        for source, by_id in items.items():
            a, i = pathlib.Path(folder, "a.json"), pathlib.Path(folder, "i.ndjson")
            a.write_text(json.dumps([x for x in ALERTS if x["source"] == source]), encoding="utf-8")
            i.write_text("".join(json.dumps(x) + "\n" for x in by_id.values()), encoding="utf-8")
            done = subprocess.run([sys.executable, HERE / "brute_force.py", a, i], capture_output=True, text=True, check=True)
            pairs.update(tuple(line.split("\t")) for line in done.stdout.split("\n") if line)
    return pairs


def accept(vigie, data):
    items = raw_items(data)
    fleet = Fleet(vigie, workers=2, site_args=("--serve", str(data)), source="PLACEHOLDER")
    text = fleet.main.config.read_text(encoding="utf-8")
    fleet.main.config.write_text(text.replace("PLACEHOLDER", SOURCES.replace("{port}", str(fleet.site_port))), encoding="utf-8")
    with fleet:
        status, _, body = call(fleet.site_port, "GET", "/amazon-cellphones.ndjson")
        require(status == 200 and body == (data / "amazon-cellphones.ndjson").read_bytes(), "the site does not serve the file raw")
        fleet.import_alerts(ALERTS)
        progress = fleet.cycle()
        run = progress["run"]
        require(run["state"] == "completed", f"{run}: {[a['error'] for a in progress['alerts'] if a['error']]}")
        found, by_alert = set(), {}
        for a in fleet.main.get("/api/v1/alerts?limit=1000")["alerts"]:
            rows = fleet.main.get(f"/api/v1/matches?alert={a['id']}&limit=1000")["matches"]
            by_alert[a["name"]] = len(rows)
            found.update((a["name"], m["item"]["id"]) for m in rows)
        wanted = brute_force(items)
        for name, count in by_alert.items():
            print(f"  {name:32} {count:5}")
        require(found == wanted, f"{len(found ^ wanted)} differences: {sorted(found ^ wanted)[:5]}")
        fleet.wait_outbox_empty()
        told = {(json.loads(next(iter(b)))["alert"]["name"], json.loads(next(iter(b)))["item"]["id"])
                for b in fleet.webhook.bodies_by_key().values()}
        require(told == wanted, "the webhook was not told of every match once")
        print(f"accepted: {run['alerts']} alerts, {len(found)} matches, equal to the brute force; {len(told)} notified once each")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--vigie", required=True)
    options.add_argument("--data", required=True, type=pathlib.Path)
    given = options.parse_args()
    for name in ("amazon-cellphones.ndjson", "mercadolibre-televisor.json"):
        if not (given.data / name).is_file():
            print(f"accept: {given.data / name} is not there", file=sys.stderr)
            return 2
    try:
        accept(given.vigie, given.data.resolve())
    except Failure as problem:
        print(f"accept: FAILED: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
