//! A bank's statement. Here is camt.053 of any version: read by the elements' local names, since
//! banks send several (ISO 20022; French banks still offer the first).

use anyhow::{Context as _, anyhow, bail, ensure};
use jiff::civil::Date;
use roxmltree::{Document, Node};

/// A movement on the bank's account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct BankLine {
    /// The day on which the bank booked it.
    pub(crate) booked: Date,
    /// Cents: above zero what came, below what went.
    pub(crate) cents: i64,
    /// All texts of the movement, in capitals.
    pub(crate) label: String,
}

/// What a file tells: movements in euros that are booked, and the days that it covers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Statement {
    pub(crate) lines: Vec<BankLine>,
    /// The first and the last day; none where the file has no statement.
    pub(crate) days: Option<(Date, Date)>,
}

impl Statement {
    /// Reads a file.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let document = Document::parse(text).context("is no XML that can be read")?;
        let mut statement = Self::default();
        let statements = document.descendants().filter(|node| is(*node, "Stmt"));
        let mut any = false;
        for part in statements {
            any = true;
            for entry in part.children().filter(|node| is(*node, "Ntry")) {
                let at = || format!("line {}, a movement (Ntry)", row(entry));
                if let Some(line) = line(entry).with_context(at)? {
                    statement.add(line);
                }
            }
            let period = child(part, "FrToDt");
            let ends = ["FrDtTm", "ToDtTm", "FrDt", "ToDt"];
            let ends = ends.iter().filter_map(|name| child(period?, name));
            for end in ends {
                let at = || format!("line {}, the days of the statement (FrToDt)", row(end));
                statement.cover(date(end).with_context(at)?);
            }
        }
        ensure!(any, "has no statement (Stmt): is it a camt.053?");
        Ok(statement)
    }

    /// Adds a movement.
    pub(crate) fn add(&mut self, line: BankLine) {
        self.cover(line.booked);
        self.lines.push(line);
    }

    /// Says that it tells of this day.
    pub(crate) fn cover(&mut self, day: Date) {
        let (first, last) = self.days.unwrap_or((day, day));
        self.days = Some((first.min(day), last.max(day)));
    }

    /// The same with what another file tells.
    pub(crate) fn and(mut self, other: Self) -> Self {
        for day in other
            .days
            .into_iter()
            .flat_map(|(first, last)| [first, last])
        {
            self.cover(day);
        }
        self.lines.extend(other.lines);
        self
    }
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|node| is(*node, name))
}

/// The line of the file on which an element begins.
fn row(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}

fn text(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    let texts = texts.filter_map(|node| node.text().map(str::trim));
    let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
    texts.join(" ")
}

/// A movement; none if it is not booked yet or not in euros.
fn line(entry: Node<'_, '_>) -> anyhow::Result<Option<BankLine>> {
    let needed = |name| child(entry, name).with_context(|| format!("{name} is missing"));
    // A code in newer versions, plain text in older ones.
    if text(needed("Sts")?) != "BOOK" {
        return Ok(None);
    }
    let amount = needed("Amt")?;
    if amount.attribute("Ccy") != Some("EUR") {
        return Ok(None);
    }
    let cents = cents(&text(amount)).with_context(|| format!("Amt {}", text(amount)))?;
    let cents = match text(needed("CdtDbtInd")?).as_str() {
        "CRDT" => cents,
        "DBIT" => -cents,
        other => bail!("CdtDbtInd is {other}, and must be CRDT or DBIT"),
    };
    let booked = child(entry, "BookgDt").or_else(|| child(entry, "ValDt"));
    let booked = date(booked.context("BookgDt is missing")?)?;
    let label = label(entry);
    Ok(Some(BankLine {
        booked,
        cents,
        label,
    }))
}

/// What of a movement is neither an amount nor a day nor a code, so that no digits of these are
/// taken for a contract's number.
fn label(entry: Node<'_, '_>) -> String {
    let values = ["Amt", "CdtDbtInd", "Sts", "Dt", "DtTm", "Cd"];
    let texts = entry.descendants().filter(|node| {
        let of = node.parent_element();
        let of = of.is_some_and(|of| values.contains(&of.tag_name().name()));
        node.is_text() && !of
    });
    let texts = texts.filter_map(|node| node.text().map(str::trim));
    let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
    texts.join(" ").to_uppercase()
}

/// The day of a date, or of a date with a time as the bank wrote it.
fn date(node: Node<'_, '_>) -> anyhow::Result<Date> {
    let written = text(node);
    let day = written.get(..10).unwrap_or(&written);
    Date::strptime("%Y-%m-%d", day).map_err(|_| anyhow!("{written} is no date"))
}

/// Cents of an amount with a decimal point; none if it is no whole number of them.
fn cents(text: &str) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let beyond = rest.get(2..).unwrap_or_default();
    if whole.is_empty() || !digits(whole) || !digits(rest) || beyond.bytes().any(|b| b != b'0') {
        return None;
    }
    let rest: i64 = format!("{rest:0<2}").get(..2)?.parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(rest)
}
