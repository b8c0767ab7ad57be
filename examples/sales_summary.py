#!/usr/bin/env python3
"""Summarise a CSV file of sales (default: examples/sample/sales/orders.csv).

Reads the CSV, puts its rows in an SQLite database beside it, asks that for the totals by
month and by product, and writes summary.json and summary.md.

What you will see under approve-run: three new files. Two are text and shown whole; the
database is binary, so that its size is what there is to see. The script reads its own
database back before anything of it is on your disk.
"""

import csv
import json
import sqlite3
import sys
from pathlib import Path


def load(database, source):
    database.execute("DROP TABLE IF EXISTS orders")
    database.execute("CREATE TABLE orders (day TEXT, product TEXT, region TEXT, quantity INTEGER, price REAL)")
    bad = 0
    with open(source, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                values = (row["day"], row["product"], row["region"], int(row["quantity"]), float(row["price"]))
            except (TypeError, ValueError):
                bad += 1
                continue
            database.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", values)
    database.commit()
    return bad


def totals(database, column):
    query = f"SELECT {column}, SUM(quantity), ROUND(SUM(quantity * price), 2) FROM orders GROUP BY 1 ORDER BY 1"
    return [{"name": name, "quantity": quantity, "revenue": revenue} for name, quantity, revenue in database.execute(query)]


def table(title, rows):
    lines = [f"## {title}", "", "| | quantity | revenue |", "|---|---:|---:|"]
    lines += [f"| {row['name']} | {row['quantity']} | {row['revenue']:.2f} |" for row in rows]
    return "\n".join(lines) + "\n"


def main():
    here = Path(__file__).resolve().parent
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "sample" / "sales" / "orders.csv"
    folder = source.parent
    database = sqlite3.connect(str(folder / "orders.sqlite3"))
    bad = load(database, source)
    summary = {
        "by_month": totals(database, "substr(day, 1, 7)"),
        "by_product": totals(database, "product"),
        "by_region": totals(database, "region"),
        "bad_rows": bad,
    }
    database.close()
    (folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    parts = [table(key.replace("_", " "), rows) for key, rows in summary.items() if key != "bad_rows"]
    text = "# Sales\n\n" + "\n".join(parts)
    (folder / "summary.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"{bad} rows could not be read")


if __name__ == "__main__":
    main()
