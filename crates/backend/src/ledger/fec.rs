//! Entries as lines of the file: 18 columns, divided by a tab or a bar; the comma in numbers; two
//! lines an entry.

use guichet_domain::ledger::Cause;
use guichet_domain::operation::OperationKind;
use guichet_providers::zone::paris;
use guichet_store::LedgerEntry;
use jiff::Timestamp;
use jiff::civil::Date;

use super::chart::Journal;

/// The names of the columns, in their order (A47 A-1, VII).
pub(crate) const COLUMNS: [&str; 18] = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
];

/// What divides the columns: the two that the article allows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum Separator {
    /// A tab.
    #[default]
    Tab,
    /// A bar.
    Pipe,
}

impl Separator {
    pub(crate) fn as_char(self) -> char {
        match self {
            Self::Tab => '\t',
            Self::Pipe => '|',
        }
    }
}

/// The line of names.
pub(crate) fn names(separator: Separator) -> String {
    joined(&COLUMNS, separator)
}

/// The two lines of an entry: what is debited, then what is credited.
pub(crate) fn lines(
    entry: &LedgerEntry,
    journal: &Journal,
    separator: Separator,
) -> anyhow::Result<[String; 2]> {
    let movement = &entry.movement;
    let (transit, customers) = (journal.transit(&movement.transit), journal.customers());
    let (debit, credit) = match movement.minor {
        1.. => (transit, customers),
        _ => (customers, transit),
    };
    let amount = amount(movement.minor.unsigned_abs());
    let date = |unix| anyhow::Ok(day(unix)?.strftime("%Y%m%d").to_string());
    let (happened, posted) = (date(movement.at)?, date(entry.posted_at)?);
    let number = entry.number.to_string();
    let piece = format!("{}/{}", entry.platform_reference, movement.cause.part());
    let piece = clean(&piece);
    let label = clean(&label(entry));
    let line = |(account, named): (&str, &str), debit: &str, credit: &str| {
        let cells: [&str; 18] = [
            journal.code.as_str(),
            journal.label.as_str(),
            &number,
            &happened,
            account,
            named,
            "",
            "",
            &piece,
            &happened,
            &label,
            debit,
            credit,
            "",
            "",
            &posted,
            "",
            "",
        ];
        joined(&cells, separator)
    };
    Ok([line(debit, &amount, "0,00"), line(credit, "0,00", &amount)])
}

/// The day in Paris.
pub(crate) fn day(unix: i64) -> anyhow::Result<Date> {
    let zone = paris().map_err(anyhow::Error::msg)?;
    Ok(Timestamp::from_second(unix)?.to_zoned(zone).date())
}

/// What it was, and for which remittance it waits.
fn label(entry: &LedgerEntry) -> String {
    let movement = &entry.movement;
    let what = match (&movement.cause, movement.minor) {
        (Cause::Taking { .. }, 1..) => "Encaissement",
        (Cause::Tip { .. }, 1..) => "Pourboire",
        (Cause::Operation { kind, .. }, minor) => match (kind, minor) {
            (OperationKind::Capture, 1..) => "Encaissement",
            (OperationKind::Cancel, ..=-1) => "Annulation",
            (OperationKind::Refund, ..=-1) => "Remboursement",
            _ => "Rectification",
        },
        _ => "Rectification",
    };
    let (reference, transit) = (&entry.reference, &movement.transit);
    format!("{what} commande {reference}, remise {transit}")
}

/// Cents as the file writes them.
fn amount(cents: u64) -> String {
    format!("{},{:02}", cents / 100, cents % 100)
}

/// A text in which nothing divides columns or lines.
fn clean(text: &str) -> String {
    let kept = text.chars().map(|c| match c {
        '|' => '/',
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
        c => c,
    });
    kept.collect::<String>().trim().to_owned()
}

fn joined(cells: &[&str; 18], separator: Separator) -> String {
    cells.join(separator.as_char().encode_utf8(&mut [0; 4]))
}
