//! The export: two files, of which the one is the journal and the other says what is in it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, ensure};
use guichet_domain::id::Slug;
use guichet_domain::money::Currency;
use guichet_store::{LedgerEntry, Store};
use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::chart::Journal;
use super::fec::{COLUMNS, Separator, day, lines, names};
use super::proof::{Proof, Totals};

/// Entries that are read at a time.
const BATCH: u32 = 1000;

/// What is exported.
#[derive(Clone)]
pub(crate) struct Export {
    pub(crate) shop: Slug,
    pub(crate) journal: Journal,
    /// The last day of the year, by which the file is called though the year is not over.
    pub(crate) closing: Date,
    /// Its first day.
    pub(crate) opening: Date,
    pub(crate) separator: Separator,
}

/// What was exported.
pub(crate) struct Exported {
    pub(crate) file: PathBuf,
    pub(crate) description: PathBuf,
    pub(crate) totals: Totals,
}

/// The first day of the year that ends on this one.
pub(crate) fn opening_of(closing: Date) -> anyhow::Result<Date> {
    let year: Span = 1.year();
    Ok(closing.tomorrow()?.checked_sub(year)?)
}

/// A new file that nobody but its owner reads: it tells what a shop earned, and of whom. What a
/// crash has left under its name is written over.
fn private(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let made = options.open(path).and_then(|file| {
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(file)
    });
    made.with_context(|| format!("can't write {}", path.display()))
}

/// What an account has, in cents: debited and credited.
type Sums = BTreeMap<(String, String, String), (u64, u64)>;

/// The journal, piece by piece, each of them proven before it is given.
pub(crate) struct Pieces {
    export: Export,
    proof: Proof,
    sums: Sums,
    /// The number of the last entry that was read.
    after: i64,
    begun: bool,
    over: bool,
}

impl Pieces {
    pub(crate) fn of(export: Export) -> Self {
        Self {
            proof: Proof::new(export.separator, (export.opening, export.closing)),
            export,
            sums: Sums::new(),
            after: 0,
            begun: false,
            over: false,
        }
    }

    /// The next lines; none where there are no more.
    pub(crate) async fn next(&mut self, store: &dyn Store) -> anyhow::Result<Option<String>> {
        let mut text = String::new();
        if !self.begun {
            self.begun = true;
            self.line(&names(self.export.separator), &mut text)?;
        }
        while text.is_empty() && !self.over {
            let entries = store.ledger(&self.export.shop, Currency::EUR, self.after, BATCH);
            let entries = entries.await?;
            self.over = entries.len() < usize::try_from(BATCH)?;
            for entry in entries {
                self.after = entry.number;
                let posted = day(entry.posted_at)?;
                if posted > self.export.closing {
                    self.over = true;
                    break;
                }
                if posted >= self.export.opening {
                    for line in lines(&entry, &self.export.journal, self.export.separator)? {
                        self.line(&line, &mut text)?;
                    }
                    self.export.sum(&entry, &mut self.sums);
                }
            }
        }
        Ok((!text.is_empty()).then_some(text))
    }

    fn line(&mut self, line: &str, text: &mut String) -> anyhow::Result<()> {
        let proven = self.proof.line(line);
        proven.map_err(|what| anyhow!("the file would be wrong: {what}"))?;
        text.push_str(line);
        // The article takes either end of a line, and what is there reads this one.
        text.push_str("\r\n");
        Ok(())
    }

    /// What the whole has, once all of it was given; an error if that is no journal.
    pub(crate) fn finish(self) -> anyhow::Result<(Totals, String)> {
        let totals = self.proof.finish();
        let totals = totals.map_err(|what| anyhow!("the file would be wrong: {what}"))?;
        let described = self.export.describe(&totals, &self.sums);
        Ok((totals, described))
    }
}

impl Export {
    /// What its file is called, without the ending.
    pub(crate) fn name(&self) -> String {
        let closing = self.closing.strftime("%Y%m%d");
        format!("{}FEC{closing}", self.journal.siren.as_str())
    }

    /// Writes both files into a folder in which neither is yet, for the eyes of their owner alone.
    /// Neither has its name before all of both was proven and is on disk; where anything fails,
    /// nothing is left.
    pub(crate) async fn write(&self, store: &dyn Store, to: &Path) -> anyhow::Result<Exported> {
        ensure!(
            self.opening <= self.closing,
            "the year ends before it begins"
        );
        let name = self.name();
        let file = to.join(format!("{name}.txt"));
        let description = to.join(format!("{name}-description.txt"));
        for taken in [&file, &description] {
            let taken_by = taken.display();
            ensure!(
                !taken.exists(),
                "{taken_by} is there already: name another folder"
            );
        }
        let parts = [&file, &description].map(|file| file.with_extension("part"));
        let [journal, described] = &parts;
        let written = async {
            let (totals, text) = self.journal(store, journal).await?;
            let mut out = private(described)?;
            out.write_all(text.as_bytes())?;
            out.sync_all()?;
            std::fs::rename(described, &description)?;
            std::fs::rename(journal, &file).inspect_err(|_| {
                let _ = std::fs::remove_file(&description);
            })?;
            anyhow::Ok(totals)
        };
        let written = written.await;
        if written.is_err() {
            for part in &parts {
                // It may not have been made.
                let _ = std::fs::remove_file(part);
            }
        }
        let totals = written.with_context(|| format!("nothing is in {}", to.display()))?;
        Ok(Exported {
            file,
            description,
            totals,
        })
    }

    async fn journal(&self, store: &dyn Store, part: &Path) -> anyhow::Result<(Totals, String)> {
        let mut out = BufWriter::new(private(part)?);
        let mut pieces = Pieces::of(self.clone());
        while let Some(text) = pieces.next(store).await? {
            out.write_all(text.as_bytes())?;
        }
        out.flush()?;
        out.get_ref().sync_all()?;
        pieces.finish()
    }

    fn sum(&self, entry: &LedgerEntry, sums: &mut Sums) {
        let movement = &entry.movement;
        let (number, label) = self.journal.customers();
        let customers = (number.to_owned(), label.to_owned(), String::new());
        let (number, label) = self.journal.transit(&movement.transit);
        let transit = (
            number.to_owned(),
            label.to_owned(),
            movement.transit.to_string(),
        );
        let (debit, credit) = match movement.minor {
            1.. => (transit, customers),
            _ => (customers, transit),
        };
        let cents = movement.minor.unsigned_abs();
        sums.entry(debit).or_default().0 += cents;
        sums.entry(credit).or_default().1 += cents;
    }

    /// The description that goes with the file (A47 A-1, XI), in the language of the accounts.
    fn describe(&self, totals: &Totals, sums: &Sums) -> String {
        let name = self.name();
        let separator = match self.separator {
            Separator::Tab => "tabulation",
            Separator::Pipe => "barre verticale |",
        };
        let mut text = format!(
            "Description du fichier {name}.txt (article A47 A-1 du LPF, XI)\r\n\r\n\
             Jeu de caractères : UTF-8, sans marque d'ordre des octets.\r\n\
             Structure : une ligne par mouvement, fin de ligne CR LF, 18 zones séparées par : \
             {separator}. La première ligne porte les noms des zones.\r\n\
             Nombres : virgule décimale, sans séparateur de milliers. Dates : AAAAMMJJ, heure de \
             Paris.\r\n\
             Exercice : du {} au {}. Une écriture appartient à l'exercice de sa validation.\r\n\
             Écritures : {}, de deux lignes chacune, total au débit et au crédit {}.\r\n\r\n\
             Zones :\r\n",
            self.opening,
            self.closing,
            totals.entries,
            euros(totals.cents.unsigned_abs()),
        );
        for (column, meaning) in COLUMNS.iter().zip(MEANINGS) {
            text += &format!("- {column} : {meaning}\r\n");
        }
        text += "\r\nComptes, et la remise que chacun attend de la banque ou de l'émetteur :\r\n";
        for ((number, label, transit), (debit, credit)) in sums {
            let waits = match (transit.as_str(), debit.checked_sub(*credit)) {
                ("", _) => String::new(),
                (transit, Some(open)) => format!(", attend {} de la remise {transit}", euros(open)),
                (transit, None) => {
                    format!(
                        ", doit {} à la remise {transit}",
                        euros(credit.abs_diff(*debit))
                    )
                }
            };
            let (debit, credit) = (euros(*debit), euros(*credit));
            text += &format!("- {number} {label} : débit {debit}, crédit {credit}{waits}\r\n");
        }
        text += "\r\nLes commissions et les lignes de banque (512, 627) ne sont pas ici : elles \
                 s'enregistrent d'après le relevé, contre les comptes ci-dessus.\r\n";
        text
    }
}

fn euros(cents: u64) -> String {
    format!("{},{:02} EUR", cents / 100, cents % 100)
}

/// What stands in each of [`COLUMNS`].
const MEANINGS: [&str; 18] = [
    "code du journal",
    "libellé du journal",
    "numéro de l'écriture, continu et croissant, le même sur ses deux lignes",
    "date à laquelle le mouvement a été connu",
    "numéro du compte",
    "libellé du compte",
    "vide",
    "vide",
    "référence de la plateforme de paiement, et son numéro de transaction",
    "date de la pièce, celle de l'écriture",
    "nature (encaissement, remboursement, annulation, rectification), commande, remise attendue",
    "montant au débit en euros",
    "montant au crédit en euros",
    "vide : le lettrage se fait en comptabilité",
    "vide",
    "date de validation, à laquelle l'écriture est devenue définitive",
    "vide",
    "vide",
];

#[cfg(test)]
mod tests;
