//! `guichet inspect`: helps an integrator whose call is refused, or whose notification does not
//! verify. It needs no configuration, and prints no key.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use guichet_providers::sogenactif::inspect::{
    SealReport, Unreadable as UnreadableMessage, Verdict as SealVerdict, seal,
};
use guichet_providers::up2pay::inspect::{
    NotificationReport, RequestReport, Unreadable, Verdict, notification, request,
};

use super::terminal::shown;

/// Most bytes that are read from standard input or a key file.
const INPUT_MAX: u64 = 1 << 20;

/// What to inspect.
#[derive(clap::Subcommand)]
pub(crate) enum InspectCommand {
    /// Compute the HMAC of a payment-page request and list the rules that it breaks.
    ///
    /// Reads the PBX fields from standard input: one line joined by `&`, or one a line, in the
    /// order of the form. With PBX_HMAC among them, says whether it matches. Exit status: 0 match,
    /// or no PBX_HMAC; 1 mismatch; 2 unreadable.
    Up2payRequest {
        /// File that holds the HMAC key in hexadecimal, as the back office shows it.
        #[arg(long, value_name = "FILE")]
        key_file: PathBuf,
    },
    /// Verify a notification's signature and explain its fields.
    ///
    /// Takes it as the argument, or from standard input without one; the query, the body or the
    /// whole address, exactly as it arrived. The signature is known by its value, whatever its
    /// name. What the backend believes is verified here, and nothing else; what became of the
    /// message on its way is told. Exit status: 0 verified; 1 not verified; 2 unreadable.
    Up2payNotification {
        /// PEM file of the public key; the platform's published key without it.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
        /// The raw query string or body; standard input without it.
        #[arg(value_name = "RAW QUERY")]
        raw: Option<String>,
    },
    /// Seal a JSON message of Sogenactif, or check its seal, and print the string that is sealed.
    ///
    /// Reads the message from standard input. With `seal` in it, says whether it matches. Exit
    /// status: 0 match, or no seal; 1 mismatch; 2 unreadable.
    SogenactifSeal {
        /// File that holds the secret key, as the merchant portal shows it.
        #[arg(long, value_name = "FILE")]
        key_file: PathBuf,
    },
}

/// A report and its exit status.
type Outcome = Result<(String, u8), String>;

/// Inspects and prints. Exit status 0, 1 or 2, as the commands say.
pub(crate) fn run(command: InspectCommand) -> ExitCode {
    let outcome = match command {
        InspectCommand::Up2payRequest { key_file } => inspect_request(&key_file),
        InspectCommand::Up2payNotification { public_key, raw } => {
            inspect_notification(public_key.as_deref(), raw)
        }
        InspectCommand::SogenactifSeal { key_file } => inspect_seal(&key_file),
    };
    match outcome {
        Ok((report, status)) => {
            // A reader that went away wants no more of it.
            let _ = std::io::stdout().lock().write_all(report.as_bytes());
            ExitCode::from(status)
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr().lock(), "guichet inspect: {why}");
            ExitCode::from(2)
        }
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let refuse = |why: String| format!("{}: {why}", path.display());
    let file = std::fs::File::open(path).map_err(|error| refuse(error.to_string()))?;
    let bytes = read_whole(file).map_err(refuse)?;
    let text = String::from_utf8(bytes).map_err(|_| refuse("is not UTF-8 text".into()))?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map_or_else(|| text.clone(), str::to_owned))
}

/// Standard input, whole.
pub(crate) fn read_input() -> Result<Vec<u8>, String> {
    read_whole(std::io::stdin().lock()).map_err(|error| format!("standard input: {error}"))
}

/// All of it, or why not: what was cut is another message.
fn read_whole(source: impl std::io::Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = source.take(INPUT_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > INPUT_MAX {
        return Err("is longer than 1 MiB, which nothing to inspect is".into());
    }
    Ok(bytes)
}

fn inspect_seal(key_file: &Path) -> Outcome {
    let key = read_file(key_file)?;
    let input = read_input()?;
    let report = seal(&input, &key).map_err(|why| match why {
        UnreadableMessage::Key(_) => format!("{}: {why}", key_file.display()),
        _ => shown(&why.to_string()),
    })?;
    let status = u8::from(report.verdict == SealVerdict::Mismatch);
    Ok((print_seal(&report), status))
}

fn print_seal(report: &SealReport) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "sealed: {}", shown(&report.sealed));
    let _ = writeln!(out, "{}: {}", report.algorithm.name(), report.seal);
    let word = match report.verdict {
        SealVerdict::Match => "match",
        SealVerdict::Mismatch => "mismatch",
        SealVerdict::Absent => "none given",
    };
    let _ = writeln!(out, "seal: {word}");
    for way in &report.wrong_ways {
        let _ = writeln!(out, "  known cause: {way}");
    }
    if report.verdict == SealVerdict::Mismatch && report.wrong_ways.is_empty() {
        let _ = writeln!(
            out,
            "  no known cause: is it the key of that keyVersion, and was no field changed after \
             sealing?"
        );
    }
    for warning in &report.warnings {
        let _ = writeln!(out, "  mind: {warning}");
    }
    out
}

fn inspect_request(key_file: &Path) -> Outcome {
    let key = read_file(key_file)?;
    let input = read_input()?;
    let report = request(&input, &key).map_err(|why| unreadable(&why, Some(key_file)))?;
    let status = u8::from(report.verdict == Verdict::Mismatch);
    Ok((print_request(&report), status))
}

fn inspect_notification(key_file: Option<&Path>, raw: Option<String>) -> Outcome {
    let pem = key_file.map(read_file).transpose()?;
    let raw = raw.map_or_else(read_input, |raw| Ok(raw.into_bytes()))?;
    let report = notification(&raw, pem.as_deref()).map_err(|why| unreadable(&why, key_file))?;
    let status = u8::from(!report.verified);
    Ok((print_notification(&report), status))
}

fn unreadable(why: &Unreadable, key_file: Option<&Path>) -> String {
    match (why, key_file) {
        (Unreadable::Key(_), Some(file)) => format!("{}: {why}", file.display()),
        _ => why.to_string(),
    }
}

fn print_request(report: &RequestReport) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} fields, {} bytes are sealed",
        report.fields, report.bytes
    );
    let _ = writeln!(out, "HMAC-{}: {}", shown(&report.hash), report.hmac);
    let _ = match report.verdict {
        Verdict::Match => writeln!(out, "PBX_HMAC: match"),
        Verdict::Mismatch => writeln!(out, "PBX_HMAC: mismatch"),
        Verdict::Absent => writeln!(out, "PBX_HMAC: none given"),
    };
    for note in &report.notes {
        let _ = writeln!(out, "  mind: {note}");
    }
    for way in &report.wrong_ways {
        let _ = writeln!(out, "  known cause: {way}");
    }
    if report.verdict == Verdict::Mismatch && report.wrong_ways.is_empty() {
        let _ = writeln!(
            out,
            "  no known cause: is it the key of this environment, confirmed by e-mail, and was no \
             field changed after sealing?"
        );
    }
    if report.broken.is_empty() {
        let _ = writeln!(out, "No rule is broken.");
        return out;
    }
    let _ = writeln!(out, "Rules broken: {}", report.broken.len());
    for broken in &report.broken {
        let _ = writeln!(out, "  {}: {}", shown(&broken.field), shown(&broken.rule));
    }
    out
}

fn print_notification(report: &NotificationReport) -> String {
    let mut out = String::new();
    let word = if report.verified {
        "verified"
    } else {
        "NOT verified"
    };
    let _ = writeln!(out, "signature ({}): {word}", shown(&report.signature_name));
    if report.unsigned > 0 {
        let _ = writeln!(
            out,
            "  {} pairs are not signed, and are never read",
            report.unsigned
        );
    }
    let became = if report.verified {
        "on its way"
    } else {
        "known cause"
    };
    for change in &report.changes {
        let _ = writeln!(out, "  {became}: {}", shown(change));
    }
    if report.verified {
        let _ = writeln!(
            out,
            "  it proves that the platform sent it, not that your own account was paid: ask \
             PPPS, or use a secret address"
        );
    }
    for field in &report.fields {
        let unsigned = if report.verified && !field.signed {
            " (unsigned)"
        } else {
            ""
        };
        let (name, value) = (shown(&field.name), shown(&field.value));
        let _ = writeln!(out, "{name} = {value}{unsigned}\n    {}", field.meaning);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_a_mebibyte_is_refused_and_not_cut() {
        let full = vec![b'x'; 1 << 20];
        assert_eq!(read_whole(&full[..]).unwrap().len(), 1 << 20);
        let more = vec![b'x'; (1 << 20) + 1];
        assert!(read_whole(&more[..]).unwrap_err().contains("1 MiB"));
    }
}
