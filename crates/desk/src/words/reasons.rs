//! Why something can't be done, which our own rules say in English wherever they are asked, in the
//! reader's language. What is not known here is a platform's words: they stay as they are, and are
//! marked as theirs.

use super::Lang;

/// What our rules say, and the same in French. `{}` stands for what differs.
const OURS: [(&str, &str); 42] = [
    (
        "no {}: this part did not pay",
        "{} impossible : cette partie n'a pas payé",
    ),
    (
        "the platform's numbers of this part are not known: look for it in the back office",
        "les numéros de cette partie chez la plateforme ne sont pas connus : cherchez-la dans son \
         back-office",
    ),
    (
        "no {} with this means of payment ({}): {}",
        "{} impossible avec ce moyen de paiement ({}) : {}",
    ),
    (
        "the platform's documents contradict each other on it: {} turns it on",
        "les documents de la plateforme se contredisent à ce sujet : {} le permet",
    ),
    (
        "this part was cancelled: nothing of it can be taken or given back",
        "cette partie a été annulée : rien n'en peut être encaissé ni remboursé",
    ),
    (
        "nothing of this part was taken yet: cancel it instead",
        "rien de cette partie n'est encore encaissé : annulez-la plutôt",
    ),
    (
        "this part was taken before; it can be taken once",
        "cette partie a déjà été encaissée ; elle ne peut l'être qu'une fois",
    ),
    (
        "something of this part was given back before: refund the rest instead",
        "une part en a déjà été remboursée : remboursez plutôt le reste",
    ),
    (
        "only the whole of this part, or nothing: its amount is {} cents",
        "la totalité de cette partie, ou rien : son montant est de {} centimes",
    ),
    (
        "amount: at most {} cents are left of this part",
        "montant : il reste au plus {} centimes de cette partie",
    ),
    (
        "{} cents are left of this part",
        "il reste {} centimes de cette partie",
    ),
    ("there is no such payment", "ce paiement n'existe pas"),
    (
        "this rebilling has run, or is called off: there is nothing to change any more",
        "ce débit est passé, ou annulé : il n'y a plus rien à changer",
    ),
    (
        "is {}; must be a day after today, {}, and at most {} days later. Leave it out to charge \
         at once",
        "{} ne va pas : il faut un jour après aujourd'hui, {}, et au plus {} jours plus tard",
    ),
    (
        "can't be paid by the method that is charged anew: see its limits",
        "ne peut pas être débité par ce moyen : voyez ses limites",
    ),
    (
        "something is at this payment just now",
        "ce paiement est en cours de traitement",
    ),
    ("it is to run so already", "c'est déjà prévu ainsi"),
    ("there is no such message", "ce message n'existe pas"),
    ("there is no such terminal", "ce terminal n'existe pas"),
    (
        "the terminal works on a payment",
        "le terminal traite un paiement",
    ),
    (
        "the terminal answers what nobody understands",
        "le terminal répond quelque chose d'incompréhensible",
    ),
    (
        "this payment's account can't do it from here: use the platform's back office",
        "le contrat de ce paiement ne le permet pas d'ici : passez par le back-office de la \
         plateforme",
    ),
    (
        "{} on the same part is not over; wait until it is",
        "{} sur la même partie n'est pas terminée ; attendez qu'elle le soit",
    ),
    (
        "no part of this payment has paid",
        "aucune partie de ce paiement n'a payé",
    ),
    (
        "the platform does not hold this payment: there is nothing to decide",
        "la plateforme ne retient pas ce paiement : il n'y a rien à décider",
    ),
    (
        "this payment was accepted before: a decision is not changed",
        "ce paiement a déjà été accepté : une décision ne change pas",
    ),
    (
        "this payment was refused before: a decision is not changed",
        "ce paiement a déjà été refusé : une décision ne change pas",
    ),
    (
        "something else was done with this payment meanwhile",
        "autre chose a été fait de ce paiement entre-temps",
    ),
    (
        "something else was asked for in its place",
        "autre chose a été demandé à la place",
    ),
    (
        "nobody approved it in time",
        "personne ne l'a approuvé à temps",
    ),
    (
        "it waited for nobody any more",
        "plus personne n'avait à l'approuver",
    ),
    (
        "nobody approves what they asked for themselves",
        "personne n'approuve ce qu'il a demandé lui-même",
    ),
    ("{} declined it: {}", "{} l'a refusé : {}"),
    ("{} declined it before", "{} l'avait déjà refusé"),
    ("{} approved it before", "{} l'avait déjà approuvé"),
    (
        "it needed nobody any more",
        "plus personne n'avait à s'en occuper",
    ),
    (
        "{} looked after it meanwhile",
        "{} s'en est occupé entre-temps",
    ),
    (
        "nobody looked after it any more",
        "plus personne ne s'en occupait",
    ),
    (
        "more was told of it meanwhile",
        "autre chose a été annoncé entre-temps",
    ),
    (
        "settle it with the voucher's issuer; only the card that completed it can be given back \
         here",
        "réglez-le avec l'émetteur du titre ; seule la carte qui l'a complété peut être remboursée \
         ici",
    ),
    (
        "look for the order in the back office",
        "cherchez la commande dans le back-office",
    ),
    (
        "look for the transaction in the back office",
        "cherchez la transaction dans le back-office",
    ),
];

/// Words that stand in their places.
const WORDS: [(&str, &str); 5] = [
    ("capture", "encaissement"),
    ("cancellation", "annulation"),
    ("refund", "remboursement"),
    ("duplicate", "duplication"),
    (
        "no document knows what paid",
        "aucun document ne connaît ce moyen",
    ),
];

/// Why something can't be done, as the reader is told it.
#[must_use]
pub fn said(lang: Lang, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let told = parts(text).map(|one| {
        let (part, why) = match one
            .strip_prefix("part ")
            .and_then(|one| one.split_once(": "))
        {
            Some((part, why)) => (Some(part), why),
            None => (None, one),
        };
        let why = match (ours(why), lang) {
            (Some(_), Lang::En) => why.to_owned(),
            (Some(french), Lang::Fr) => french,
            (None, Lang::En) => format!("the platform says: “{why}”"),
            (None, Lang::Fr) => format!("la plateforme dit : «\u{a0}{why}\u{a0}»"),
        };
        match (part, lang) {
            (None, _) => why,
            (Some(part), Lang::En) => format!("part {part}: {why}"),
            (Some(part), Lang::Fr) => format!("partie {part} : {why}"),
        }
    });
    told.collect::<Vec<_>>().join(". ")
}

/// What was said part by part.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest.take()?;
        // The next part begins after this one's sentence.
        match all.find(". part ") {
            Some(end) if all.starts_with("part ") => {
                rest = all.get(end + 2..);
                all.get(..end)
            }
            _ => Some(all),
        }
    })
}

/// The same in French, if our rules say it.
fn ours(text: &str) -> Option<String> {
    // What the pages say when nothing was done is kept in English too.
    let acts = [Lang::En, Lang::Fr].map(|lang| {
        let acts = &lang.words().acts;
        [acts.not_asked, acts.paid, acts.under_way]
    });
    let mut pairs = acts[0].into_iter().zip(acts[1]);
    if let Some((_, french)) = pairs.find(|(english, _)| *english == text) {
        return Some(french.to_owned());
    }
    OURS.iter().find_map(|(english, french)| {
        let places = matched(english, text)?;
        let mut told = String::new();
        let mut places = places.iter();
        for (number, piece) in french.split("{}").enumerate() {
            if number > 0 {
                told.push_str(&word(places.next()?));
            }
            told.push_str(piece);
        }
        Some(told)
    })
}

/// What stands in the places of a text, if it is that one.
fn matched<'a>(template: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = template.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut places = Vec::new();
    let pieces: Vec<_> = pieces.collect();
    let last = pieces.len().saturating_sub(1);
    for (number, piece) in pieces.iter().enumerate() {
        let end = match (number == last, piece.is_empty()) {
            (true, true) => rest.len(),
            (true, false) => rest.strip_suffix(piece)?.len(),
            (false, _) => rest.find(piece)?,
        };
        places.push(rest.get(..end)?);
        rest = rest.get(end + piece.len()..)?;
    }
    rest.is_empty().then_some(places)
}

fn word(text: &str) -> String {
    let known = WORDS.iter().find(|(english, _)| *english == text);
    match known {
        Some((_, french)) => (*french).to_owned(),
        None => ours(text).unwrap_or_else(|| text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_our_rules_say_is_told_in_the_readers_language_and_no_other_words_are_ours() {
        for (text, english, french) in [
            (
                "amount: at most 1500 cents are left of this part",
                "amount: at most 1500 cents are left of this part",
                "montant : il reste au plus 1500 centimes de cette partie",
            ),
            (
                "no refund with this means of payment (no document knows what paid): look for the \
                 transaction in the back office",
                "no refund with this means of payment (no document knows what paid): look for the \
                 transaction in the back office",
                "remboursement impossible avec ce moyen de paiement (aucun document ne connaît ce \
                 moyen) : cherchez la transaction dans le back-office",
            ),
            (
                "part 991: 5 cents are left of this part. part 992: Insufficient funds.",
                "part 991: 5 cents are left of this part. part 992: the platform says: \
                 “Insufficient funds.”",
                "partie 991 : il reste 5 centimes de cette partie. partie 992 : la plateforme dit \
                 : «\u{a0}Insufficient funds.\u{a0}»",
            ),
            (
                "benoit declined it: not ours",
                "benoit declined it: not ours",
                "benoit l'a refusé : not ours",
            ),
            ("", "", ""),
        ] {
            assert_eq!(said(Lang::En, text), english);
            assert_eq!(said(Lang::Fr, text), french);
        }
    }

    #[test]
    fn each_text_has_its_places_in_both_languages() {
        for (english, french) in OURS {
            let places = |text: &str| text.matches("{}").count();
            assert_eq!(places(english), places(french), "{english}");
            assert_eq!(ours(english).as_deref(), Some(french));
        }
    }
}
