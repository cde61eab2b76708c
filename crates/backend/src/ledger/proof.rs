//! Whether a file is one that the tax office can work with. Its own program checks neither that
//! entries balance, nor that no number is missing, nor the order: this does, and reads the lines
//! that were written, not what they were written from.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::fec::{Separator, names};

/// Reads a file line by line.
pub(crate) struct Proof {
    separator: Separator,
    /// The first and the last day of the year.
    year: (Date, Date),
    named: bool,
    /// The entry whose lines are being read.
    open: Option<Open>,
    last_valid: String,
    totals: Totals,
    labels: BTreeMap<String, String>,
}

/// An entry of which not every line may have been read.
struct Open {
    number: u64,
    date: String,
    valid: String,
    balance: i64,
    lines: u32,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Totals {
    pub(crate) entries: u64,
    /// Cents, debited and credited.
    pub(crate) cents: i64,
}

impl Proof {
    pub(crate) fn new(separator: Separator, year: (Date, Date)) -> Self {
        Self {
            separator,
            year,
            named: false,
            open: None,
            last_valid: String::new(),
            totals: Totals::default(),
            labels: BTreeMap::new(),
        }
    }

    /// The next line, without its end.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), String> {
        if !self.named {
            self.named = true;
            let right = line == names(self.separator);
            return right
                .then_some(())
                .ok_or("the columns' names are wrong".into());
        }
        let cells: Vec<&str> = line.split(self.separator.as_char()).collect();
        let Ok(cells) = <[&str; 18]>::try_from(cells) else {
            return Err(format!("a line has not 18 columns: {line}"));
        };
        let wrong = |what: &str| format!("entry {}: {what}", cells[2]);
        for place in [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15] {
            if cells[place].is_empty() {
                return Err(wrong("a cell that must be filled is empty"));
            }
        }
        let number: u64 = cells[2].parse().map_err(|_| wrong("is no number"))?;
        let (happened, valid) = (cells[3], cells[15]);
        for date in [happened, cells[9], valid] {
            Date::strptime("%Y%m%d", date).map_err(|_| wrong("a date is none"))?;
        }
        let cents = [cells[11], cells[12]].map(cents);
        let [Some(debit), Some(credit)] = cents else {
            return Err(wrong("an amount is none"));
        };
        if (debit == 0) == (credit == 0) {
            return Err(wrong("a line is debited or credited, and not both"));
        }
        self.account(cells[4], cells[5])
            .map_err(|what| wrong(&what))?;
        self.place(number, happened, valid).map_err(wrong)?;
        if let Some(open) = &mut self.open {
            open.balance += debit - credit;
            open.lines += 1;
        }
        self.totals.cents += debit;
        Ok(())
    }

    fn account(&mut self, number: &str, label: &str) -> Result<(), String> {
        if number.len() < 3 || !number.bytes().take(3).all(|b| b.is_ascii_digit()) {
            return Err(format!("{number} is no account's number"));
        }
        let known = self.labels.entry(number.to_owned());
        let known = known.or_insert_with(|| label.to_owned());
        (known == label)
            .then_some(())
            .ok_or_else(|| format!("account {number} has two names, {known} and {label}"))
    }

    /// Which entry a line belongs to: the one before it, or the next.
    fn place(&mut self, number: u64, date: &str, valid: &str) -> Result<(), &'static str> {
        if let Some(open) = &self.open
            && open.number == number
        {
            let same = open.date == date && open.valid == valid;
            return same.then_some(()).ok_or("has two dates");
        }
        let before = self.open.as_ref().map(|open| open.number);
        self.close()?;
        if before.is_some_and(|before| before.checked_add(1) != Some(number)) {
            return Err("does not follow the number before it");
        }
        if *valid < *self.last_valid {
            return Err("was made final before the entry before it");
        }
        let (first, last) = self.year;
        let within = Date::strptime("%Y%m%d", valid).is_ok_and(|day| (first..=last).contains(&day));
        if !within {
            return Err("was not made final in this year");
        }
        valid.clone_into(&mut self.last_valid);
        self.totals.entries += 1;
        self.open = Some(Open {
            number,
            date: date.to_owned(),
            valid: valid.to_owned(),
            balance: 0,
            lines: 0,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), &'static str> {
        match self.open.take() {
            Some(open) if open.balance != 0 || open.lines < 2 => {
                Err("comes after one that does not balance")
            }
            _ => Ok(()),
        }
    }

    /// The end of the file.
    pub(crate) fn finish(mut self) -> Result<Totals, String> {
        if !self.named {
            return Err("there are no names of columns".into());
        }
        self.close()
            .map_err(|_| "the last entry does not balance".to_owned())?;
        Ok(self.totals)
    }
}

/// An amount of the file: digits, a comma, two digits.
fn cents(text: &str) -> Option<i64> {
    let (whole, rest) = text.split_once(',')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(rest) && rest.len() == 2).then_some(())?;
    let (whole, rest): (i64, i64) = (whole.parse().ok()?, rest.parse().ok()?);
    whole.checked_mul(100)?.checked_add(rest)
}
