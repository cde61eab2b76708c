"""Makes a payment in Guichet's books a day older: `older.py BOOKS pay_…`. What waits for a later
day is due."""
import sqlite3
import sys

books = sqlite3.connect(sys.argv[1], timeout=30)
payment = sys.argv[2]
with books:
    books.execute(
        """UPDATE events SET received_at = received_at - 86400, content = iif(
               json_extract(content, '$.at') IS NULL, content,
               json_set(content, '$.at', json_extract(content, '$.at') - 86400))
           WHERE payment_id = ?""", (payment,))
    books.execute(
        "UPDATE operations SET next_try_at = 0 WHERE payment_id = ? AND stage = 'waiting'",
        (payment,))
