//! PBX_RETOUR: what the platform is asked to tell, as `name:letter;name:letter`.
//!
//! The names are ours to choose. Those that the manual uses in its example (§3.1.9) are kept. The
//! letters are those of Verifone "Paybox System" V8.0; Z comes from Verifone's PrestaShop module
//! 3.2.0 alone, hence the account's switch.

/// One thing that the platform may be asked to tell.
///
/// There is no variant for the letter U (a stored card): the platform refuses to open its page when
/// a voucher is asked for with it (the manual, §3.1.7 and §3.3.3.2), and this type can't express
/// it. Nor are there variants for the letters that tell digits of the card (J, N, H) or its date
/// (D).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Letter {
    Amount,
    Reference,
    Authorisation,
    Call,
    Payment,
    Card,
    Code,
    Transaction,
    Country,
    Date,
    Time,
    Authentication,
    Guarantee,
    Enrolment,
    Index,
    Signature,
}

impl Letter {
    /// All of them, in the order in which they are asked for. What follows the signature would not
    /// be signed, so it is the last.
    pub(super) const ALL: [Self; 16] = [
        Self::Amount,
        Self::Reference,
        Self::Authorisation,
        Self::Call,
        Self::Payment,
        Self::Card,
        Self::Code,
        Self::Transaction,
        Self::Country,
        Self::Date,
        Self::Time,
        Self::Authentication,
        Self::Guarantee,
        Self::Enrolment,
        Self::Index,
        Self::Signature,
    ];

    /// Our name for it.
    pub(super) const fn name(self) -> &'static str {
        self.parts().0
    }

    /// The platform's letter.
    pub(super) const fn letter(self) -> char {
        self.parts().1
    }

    /// What it means, for the inspector.
    pub(super) const fn meaning(self) -> &'static str {
        self.parts().2
    }

    const fn parts(self) -> (&'static str, char, &'static str) {
        match self {
            Self::Amount => ("Mt", 'M', "amount of this transaction, in cents"),
            Self::Reference => ("Ref", 'R', "the merchant's reference (PBX_CMD)"),
            Self::Authorisation => ("Auto", 'A', "authorisation number; a voucher has none"),
            Self::Call => (
                "Appel",
                'T',
                "call number (NUMAPPEL), shared by all of a payment's parts",
            ),
            Self::Payment => ("ChoixPaiement", 'P', "payment type"),
            Self::Card => (
                "ChoixCarte",
                'C',
                "card type; LIMOCB is the complement of a voucher",
            ),
            Self::Code => ("Erreur", 'E', "response code"),
            Self::Transaction => (
                "Transaction",
                'S',
                "transaction number (NUMTRANS); 0: none made",
            ),
            Self::Country => ("Pays", 'Y', "country of the card's issuer"),
            Self::Date => ("Date", 'W', "date of processing, DDMMYYYY"),
            Self::Time => ("Heure", 'Q', "time of processing, HH:MM:SS"),
            Self::Authentication => ("Auth3DS", 'F', "3-D Secure status: Y, A, U or N"),
            Self::Guarantee => ("Garantie", 'G', "3-D Secure guarantee: O or N"),
            Self::Enrolment => ("Enrole", 'O', "3-D Secure enrolment: Y, N or U"),
            Self::Index => (
                "Partie",
                'Z',
                "place in a mixed payment: 1-2 is the first of two",
            ),
            Self::Signature => ("Signature", 'K', "the platform's signature"),
        }
    }
}

/// The value of PBX_RETOUR. `with_index`: whether the letter Z is asked for.
pub(super) fn return_list(with_index: bool) -> String {
    let asked = Letter::ALL
        .into_iter()
        .filter(|letter| with_index || *letter != Letter::Index);
    let items: Vec<_> = asked
        .map(|l| format!("{}:{}", l.name(), l.letter()))
        .collect();
    items.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_last_and_a_stored_card_never_asked_for() {
        for with_index in [true, false] {
            let list = return_list(with_index);
            assert!(list.ends_with(";Signature:K"), "{list}");
            assert!(!list.contains(":U"), "{list}");
            assert!(!list.contains(' '), "{list}");
            assert_eq!(list.contains(":Z"), with_index);
        }
    }

    #[test]
    fn what_a_notification_must_hold_is_asked_for() {
        for letter in "MRESTPCAK".chars() {
            assert!(
                return_list(false).contains(&format!(":{letter}")),
                "{letter}"
            );
        }
    }

    #[test]
    fn no_name_and_no_letter_stands_twice() {
        for (index, one) in Letter::ALL.iter().enumerate() {
            for other in &Letter::ALL[index + 1..] {
                assert_ne!(one.name(), other.name());
                assert_ne!(one.letter(), other.letter());
            }
        }
    }
}
