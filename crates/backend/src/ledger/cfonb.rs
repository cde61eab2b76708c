//! A bank's statement in the layout of the French banks, CFONB 120 (*Relevé de compte sur support
//! informatique*, July 2004): records of 120 characters, without line ends where the bank sends
//! none.

use anyhow::{Context as _, anyhow, bail, ensure};
use jiff::civil::Date;

use super::statement::{BankLine, Statement};

/// Characters of a record.
const LENGTH: usize = 120;
/// Years of two digits from here on are of the last century.
const PIVOT: i16 = 80;

/// Whether a file is one: its first record is the old balance.
pub(crate) fn is(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').starts_with("01")
}

/// Reads a file.
pub(crate) fn parse(text: &str) -> anyhow::Result<Statement> {
    let mut statement = Statement::default();
    let mut open: Option<Open> = None;
    for record in records(text.trim_start_matches('\u{feff}'))? {
        let at = || format!("record {} ({})", record.number, record.at(1, 2));
        let next = step(&record, open.take(), &mut statement);
        open = next.with_context(at)?;
    }
    ensure!(
        open.is_none(),
        "is not whole: the new balance (07) is missing"
    );
    Ok(statement)
}

/// A statement whose new balance has not come yet.
struct Open {
    /// Bank, branch and account, which every record of it names.
    account: String,
    /// The day of the old balance.
    since: Date,
    is_euro: bool,
    /// Cents of the old balance with all movements so far.
    balance: i64,
}

/// Reads one more record.
fn step(
    record: &Record,
    open: Option<Open>,
    statement: &mut Statement,
) -> anyhow::Result<Option<Open>> {
    let code = record.at(1, 2);
    let Some(mut open) = open else {
        ensure!(
            code == "01",
            "stands outside of a statement: an old balance (01) must come first"
        );
        return Ok(Some(Open {
            account: record.account(),
            since: record.day(35)?,
            is_euro: record.at(17, 19) == "EUR",
            balance: record.cents()?,
        }));
    };
    ensure!(
        record.account() == open.account,
        "is of another account than the old balance (01) before it"
    );
    match code.as_str() {
        "04" => {
            open.balance = open
                .balance
                .checked_add(record.cents()?)
                .context("amount")?;
            if open.is_euro {
                statement.add(BankLine {
                    booked: record.day(35)?,
                    cents: record.cents()?,
                    label: [record.at(49, 79), record.at(105, 120)]
                        .join(" ")
                        .to_uppercase(),
                });
            }
        }
        // More words of the movement before it. What kind they are of says nothing here.
        "05" if open.is_euro => {
            let line = statement
                .lines
                .last_mut()
                .context("belongs to no movement (04)")?;
            line.label = [line.label.as_str(), &record.at(49, 118).to_uppercase()].join(" ");
        }
        "05" => {}
        "07" => {
            let new = record.cents()?;
            ensure!(
                new == open.balance,
                "the old balance and the movements come to {} cents, and the new balance is {new}: \
                 the file is not whole",
                open.balance
            );
            let last = record.day(35)?;
            if open.is_euro {
                // What was booked on the day of the old balance stands in the statement before.
                statement.cover(open.since.tomorrow().map_or(last, |first| first.min(last)));
                statement.cover(last);
            }
            return Ok(None);
        }
        _ => bail!("is none of 04, 05 and 07"),
    }
    Ok(Some(open))
}

/// A record, and which of the file it is.
struct Record {
    number: usize,
    text: Vec<char>,
}

/// Cuts a file into its records. Trailing blanks may have been cut off.
fn records(text: &str) -> anyhow::Result<Vec<Record>> {
    let mut all = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let characters: Vec<char> = line.trim_end_matches(['\r', '\u{1a}']).chars().collect();
        for part in characters.chunks(LENGTH) {
            let mut text = part.to_vec();
            let number = all.len() + 1;
            let blanks = LENGTH - text.len();
            ensure!(
                blanks == 0 || characters.len() < LENGTH,
                "record {number} has {} characters, and must have {LENGTH}",
                text.len()
            );
            text.extend(std::iter::repeat_n(' ', blanks));
            all.push(Record { number, text });
        }
    }
    Ok(all)
}

impl Record {
    /// The characters from one place to another, both counted from 1, without blanks around them.
    fn at(&self, from: usize, to: usize) -> String {
        let text: String = self.text[from - 1..to].iter().collect();
        text.trim().to_owned()
    }

    fn account(&self) -> String {
        [self.at(3, 7), self.at(12, 16), self.at(22, 32)].join(" ")
    }

    /// A day, written as DDMMYY.
    fn day(&self, from: usize) -> anyhow::Result<Date> {
        let written = self.at(from, from + 5);
        let two = |at: usize| written.get(at..at + 2)?.parse::<i16>().ok();
        let date = || {
            let (day, month, year) = (two(0)?, two(2)?, two(4)?);
            let century = if year >= PIVOT { 1900 } else { 2000 };
            let (month, day) = (month.try_into().ok()?, day.try_into().ok()?);
            Date::new(century + year, month, day).ok()
        };
        date().ok_or_else(|| anyhow!("\"{written}\" is no day: DDMMYY stands at {from}"))
    }

    /// The amount in cents. Its last character is digit and sign in one: `{` and A to I are above
    /// zero, `}` and J to R below.
    fn cents(&self) -> anyhow::Result<i64> {
        let (written, decimals) = (self.at(91, 104), self.at(20, 20));
        let amount = || {
            let last = written.chars().last()?;
            let (digit, sign) = match last {
                '{' => (0, 1),
                '}' => (0, -1),
                'A'..='I' => (i64::from(u32::from(last) - u32::from('A')) + 1, 1),
                'J'..='R' => (i64::from(u32::from(last) - u32::from('J')) + 1, -1),
                _ => return None,
            };
            let digits = written.strip_suffix(last)?;
            let fits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let whole = fits.then(|| digits.parse::<i64>().ok()).flatten()?;
            let minor = whole.checked_mul(10)?.checked_add(digit)?;
            let cents = match decimals.as_str() {
                "0" => minor.checked_mul(100)?,
                "1" => minor.checked_mul(10)?,
                "2" => minor,
                "3" if minor % 10 == 0 => minor / 10,
                _ => return None,
            };
            Some(sign * cents)
        };
        amount().ok_or_else(|| {
            anyhow!("\"{written}\" with {decimals} decimals is no amount: it stands at 91 to 104")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of our own making, by the places of the layout.
    fn record(code: &str, fields: &[(usize, &str)]) -> String {
        let mut text = vec![' '; LENGTH];
        let all = [
            (1, code),
            (3, "30003"),
            (12, "01234"),
            (17, "EUR2"),
            (22, "00012345678"),
        ];
        for (from, field) in all.iter().chain(fields) {
            for (at, sign) in field.chars().enumerate() {
                text[from - 1 + at] = sign;
            }
        }
        text.into_iter().collect()
    }

    fn november() -> Vec<String> {
        vec![
            record("01", &[(35, "311026"), (91, "0000000010000{")]),
            record(
                "04",
                &[
                    (35, "041126"),
                    (49, "Remcb 0001"),
                    (91, "0000000000268{"),
                    (105, "REF1"),
                ],
            ),
            record(
                "05",
                &[(35, "041126"), (46, "LIB"), (49, "NB00003 brut 2700")],
            ),
            record(
                "04",
                &[(35, "051126"), (49, "FRAIS"), (91, "0000000000150}")],
            ),
            record(
                "04",
                &[(35, "061126"), (49, "VIR BIMPLI"), (91, "0000000001234E")],
            ),
            record("07", &[(35, "301126"), (91, "0000000011352E")]),
        ]
    }

    #[test]
    fn movements_are_read_with_their_sign_and_all_of_their_words() {
        let lines = november();
        let read = parse(&lines.join("\r\n")).unwrap();
        let told: Vec<_> = read
            .lines
            .iter()
            .map(|line| (line.booked.to_string(), line.cents))
            .collect();
        let expected = [
            ("2026-11-04", 2680),
            ("2026-11-05", -1500),
            ("2026-11-06", 12_345),
        ];
        assert_eq!(told, expected.map(|(day, cents)| (day.to_owned(), cents)));
        assert_eq!(read.lines[0].label, "REMCB 0001 REF1 NB00003 BRUT 2700");
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(read.days, Some((day("2026-11-01"), day("2026-11-30"))));
        // Some banks send no line ends, some editors cut blanks off, and several may come.
        assert_eq!(parse(&lines.concat()).unwrap(), read);
        let cut: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
        assert_eq!(parse(&cut.join("\n")).unwrap(), read);
        let twice = parse(&[lines.concat(), lines.concat()].join("\n")).unwrap();
        assert_eq!(twice.lines.len(), 6);
    }

    #[test]
    fn what_is_in_another_currency_is_passed_over() {
        let dollars = november().join("\n").replace("EUR2", "USD2");
        assert_eq!(parse(&dollars).unwrap(), Statement::default());
    }

    #[test]
    fn a_file_that_is_not_whole_is_refused_and_says_where() {
        let told = |lines: &[String]| format!("{:#}", parse(&lines.join("\n")).unwrap_err());
        let mut lines = november();
        let all = lines.clone();
        lines.remove(3);
        assert_eq!(
            told(&lines),
            "record 5 (07): the old balance and the movements come to 115025 cents, and the new \
             balance is 113525: the file is not whole"
        );
        assert!(told(&all[..5]).contains("(07) is missing"));
        assert!(told(&all[1..]).contains("record 1 (04): stands outside"));
        let mut other = all.clone();
        other[3] = other[3].replace("00012345678", "00012345679");
        assert!(told(&other).contains("record 4 (04): is of another account"));
        for (from, to, wanted) in [
            ("041126", "043126", "\"043126\" is no day"),
            ("0000000000268{", "0000000000268x", "is no amount"),
            ("EUR2", "EUR9", "with 9 decimals is no amount"),
        ] {
            let wrong: Vec<_> = all.iter().map(|line| line.replace(from, to)).collect();
            assert!(told(&wrong).contains(wanted), "{}", told(&wrong));
        }
        let long = format!("{}\n{}x", all[0], all[1]);
        assert!(format!("{:#}", parse(&long).unwrap_err()).contains("record 3 has 1 characters"));
    }
}
