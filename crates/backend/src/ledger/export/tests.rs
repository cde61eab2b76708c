use guichet_domain::id::{OperationId, PaymentId};
use guichet_domain::ledger::{Cause, Movement, Transit};
use guichet_domain::operation::OperationKind;

use super::super::chart::tests::journal;
use super::*;

/// 2026-11-27 11:00 in Paris.
const NOON: i64 = 1_795_773_600;
const DAY: i64 = 24 * 3600;

fn entry(number: i64, transit: &str, minor: i64, cause: Cause) -> LedgerEntry {
    LedgerEntry {
        number,
        payment: PaymentId::from_random([1; 16]),
        reference: "n° 7|é\tx".into(),
        platform_reference: "G1".into(),
        movement: Movement {
            cause,
            transit: Transit::try_from(transit.to_owned()).unwrap(),
            minor,
            at: NOON,
        },
        posted_at: NOON + (number - 1) * DAY,
    }
}

fn taking(number: i64, transit: &str, minor: i64) -> LedgerEntry {
    let part = format!("{number}00");
    entry(number, transit, minor, Cause::Taking { part })
}

fn refund(number: i64, transit: &str, minor: i64) -> LedgerEntry {
    let cause = Cause::Operation {
        kind: OperationKind::Refund,
        operation: OperationId::from_random([7; 16]),
        part: "100".into(),
    };
    entry(number, transit, minor, cause)
}

fn year() -> (Date, Date) {
    let closing: Date = "2026-12-31".parse().unwrap();
    (opening_of(closing).unwrap(), closing)
}

/// A file of these entries, line by line.
fn file(entries: &[LedgerEntry], separator: Separator) -> Vec<String> {
    let journal = journal("siren = '732829320'").unwrap();
    let mut text = vec![names(separator)];
    for entry in entries {
        text.extend(lines(entry, &journal, separator).unwrap());
    }
    text
}

fn prove(text: &[String], separator: Separator) -> Result<Totals, String> {
    let mut proof = Proof::new(separator, year());
    for line in text {
        proof.line(line)?;
    }
    proof.finish()
}

fn some_entries() -> Vec<LedgerEntry> {
    vec![
        taking(1, "main/sodexo", 1200),
        taking(2, "main/complement", 305),
        refund(3, "main/complement", -5),
    ]
}

#[test]
fn an_entry_is_two_lines_of_eighteen_columns() {
    let text = file(&some_entries(), Separator::Tab);
    assert_eq!(
        text[1].split('\t').collect::<Vec<_>>(),
        [
            "GU",
            "Encaissements en ligne",
            "1",
            "20261127",
            "467200",
            "Pluxee (Sodexo), titres à recevoir",
            "",
            "",
            "G1/100",
            "20261127",
            "Encaissement commande n° 7/é x, remise main/sodexo",
            "12,00",
            "0,00",
            "",
            "",
            "20261127",
            "",
            ""
        ]
    );
    let credit: Vec<_> = text[2].split('\t').collect();
    assert_eq!(
        (credit[2], credit[4], credit[11], credit[12]),
        ("1", "411000", "0,00", "12,00")
    );
    // What is given back stands on the other side, and is no negative number.
    let back: Vec<_> = text[5].split('\t').collect();
    assert_eq!(
        (back[4], back[11], back[12], back[15]),
        ("411000", "0,05", "0,00", "20261129")
    );
    assert!(back[10].starts_with("Remboursement commande"), "{back:?}");
}

#[test]
fn a_file_that_is_written_is_proven_whatever_divides_its_columns() {
    for separator in [Separator::Tab, Separator::Pipe] {
        let totals = prove(&file(&some_entries(), separator), separator);
        assert_eq!(
            totals,
            Ok(Totals {
                entries: 3,
                cents: 1510
            })
        );
    }
}

/// What the tax office's own program would let pass, or not, is found.
#[test]
fn whatever_is_wrong_with_a_file_is_found() {
    let tab = Separator::Tab;
    let good = file(&some_entries(), tab);
    let changed = |line: usize, from: &str, to: &str| {
        let mut text = good.clone();
        assert!(text[line].contains(from), "{from}");
        text[line] = text[line].replacen(from, to, 1);
        text
    };
    let without = |line: usize| {
        let mut text = good.clone();
        text.remove(line);
        text
    };
    let mut swapped = good.clone();
    swapped.swap(1, 3);
    swapped.swap(2, 4);
    let mut gap = some_entries();
    gap.remove(1);
    let mut late = some_entries();
    late[2].posted_at = NOON + 40 * DAY;
    let mut early = some_entries();
    early[2].posted_at = NOON;
    for (text, told) in [
        (changed(1, "12,00", "12,01"), "does not balance"),
        (changed(2, "12,00", "12.00"), "an amount is none"),
        (changed(1, "0,00", "12,00"), "and not both"),
        (changed(1, "12,00", "0,00"), "and not both"),
        (
            changed(6, "0,05", "0,04"),
            "the last entry does not balance",
        ),
        (without(2), "does not balance"),
        (without(6), "the last entry does not balance"),
        (without(0), "names are wrong"),
        (changed(1, "\tG1/100", "\t"), "must be filled"),
        (changed(1, "\tG1/100", "\tG1\t100"), "not 18 columns"),
        (changed(1, "20261127", "27/11/26"), "a date is none"),
        (changed(2, "20261127", "20261128"), "has two dates"),
        (changed(1, "467200", "46A"), "no account's number"),
        (changed(3, "511520", "467200"), "has two names"),
        (swapped, "does not follow"),
        (file(&gap, tab), "does not follow"),
        (file(&late, tab), "in this year"),
        (file(&early, tab), "before the entry before it"),
        (Vec::new(), "no names"),
    ] {
        let found = prove(&text, tab).unwrap_err();
        assert!(found.contains(told), "{told}: {found}");
    }
}

#[test]
fn a_year_ends_when_the_shop_says_and_is_one_year_long() {
    let opening = |closing: &str| opening_of(closing.parse().unwrap()).unwrap().to_string();
    assert_eq!(opening("2026-12-31"), "2026-01-01");
    assert_eq!(opening("2026-06-30"), "2025-07-01");
    assert_eq!(opening("2028-02-29"), "2027-03-01");
}
