//! What a language has to say: the list of its texts, and how their places are filled.

/// Declares [`Words`] once, with the list of its texts, which makes the files that browsers load.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The texts of one language.
        #[derive(Debug)]
        pub struct Words {
            $($(#[$doc])* pub $name: &'static str,)*
        }

        impl Words {
            /// Every text with its name.
            #[must_use]
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name)),*]
            }

            /// The same, with a shop's own texts in place of some: by their numbers in
            /// [`Self::all`].
            #[cfg(not(target_arch = "wasm32"))]
            #[must_use]
            pub fn with(&self, own: &std::collections::BTreeMap<u16, String>) -> Option<Self> {
                let texts = (0..).zip(self.all()).map(|(number, (_, text))| {
                    own.get(&number).cloned().unwrap_or_else(|| text.to_owned())
                });
                Self::read(texts.collect())
            }

            /// Takes the texts of a file, in the order of [`Self::all`]. Nothing, if they are not
            /// as many. They are kept as long as the page lives.
            #[must_use]
            pub fn read(texts: Vec<String>) -> Option<Self> {
                let texts: Vec<&'static str> =
                    texts.into_iter().map(|text| &*text.leak()).collect();
                let [$($name),*] = texts.try_into().ok()?;
                Some(Self { $($name),* })
            }
        }
    };
}

words! {
    /// Beside the order's reference. Places: `{reference}`.
    order,
    /// Above the amount.
    to_pay,
    /// Legend of the list of methods.
    choose,
    /// Legend of the list when a payment came to nothing.
    choose_other,
    /// The pay button. Places: `{amount}`.
    pay,
    /// The pay button's text while the request is under way.
    pay_busy,
    /// Name of paying by bank card.
    card,
    /// Name of paying by a card that is typed, beside saved ones.
    card_other,
    /// Name of paying by direct debit.
    direct_debit,
    /// Name of paying by card at a terminal on the counter.
    terminal,
    /// A saved card, for a screen reader. Places: `{brand}`, `{digits}`.
    saved_name,
    /// Until when a saved card pays. Places: `{date}`.
    saved_expires,
    /// Button that removes a saved card.
    saved_remove,
    /// The same for a screen reader. Places: `{brand}`, `{digits}`.
    saved_remove_this,
    /// The question before that.
    saved_confirm,
    /// Button that keeps the card.
    saved_keep,
    /// The card was removed.
    saved_removed,
    /// It could not be removed.
    saved_failed,
    /// Box beside a card that is typed: save it.
    save_card,
    /// Name of the platform's own page of choice.
    platform_choice,
    /// A brand's former name, as it may stand on the shopper's card. Places: `{name}`.
    formerly,
    /// What happens next: bank card.
    next_card,
    /// What happens next with a wallet: `{brand}`.
    next_wallet,
    /// What happens next: credit transfer.
    next_transfer,
    /// What happens next: direct debit.
    next_debit,
    /// What happens next: a terminal.
    next_terminal,
    /// What happens next: a bank card that is typed in the widget.
    next_embedded,
    /// What happens next: meal voucher. Places: `{brand}`.
    next_meal,
    /// What happens next: holiday voucher.
    next_holiday,
    /// What happens next: page of choice.
    next_choice,
    /// Part that meal vouchers may pay, which the platform holds nobody to. Places: `{eligible}`,
    /// `{total}`, `{shop}`.
    eligible_meal,
    /// The most that meal vouchers may pay in a day, by law. Places: `{limit}`.
    voucher_daily,
    /// On Sundays and public holidays a meal voucher may be refused, by law.
    voucher_rest_days,
    /// Why a method can't be chosen. Places: `{limit}`.
    below_minimum,
    /// Why a method can't be chosen. Places: `{limit}`.
    above_maximum,
    /// Pay was pressed before a method was chosen.
    choose_first,
    /// Title of the warning that a payment may still be open.
    elsewhere_title,
    /// Its text.
    elsewhere_body,
    /// Title of the question before a second payment is started.
    confirm_title,
    /// Its text.
    confirm_body,
    /// Its button that goes on. Places: `{amount}`.
    confirm_pay,
    /// Its button that stays.
    confirm_stay,
    /// Face `card`: title.
    card_title,
    /// Face `card`: text. Places: `{shop}`.
    card_body,
    /// Face `card`: the fields are not there yet.
    card_opening,
    /// Field: the card's number.
    card_number,
    /// Field: its date of expiry.
    card_expiry,
    /// Field: its security code.
    card_code,
    /// The number is missing.
    number_empty,
    /// The date is missing.
    expiry_empty,
    /// The code is missing.
    code_empty,
    /// The number is wrong.
    number_wrong,
    /// The date is wrong.
    expiry_wrong,
    /// The code is wrong.
    code_wrong,
    /// Legend of the choice between a card's brands.
    card_brand,
    /// The fields gave nothing; nothing was sent.
    card_unread,
    /// The platform can't be reached; nothing was taken.
    card_unreachable,
    /// Nobody knows whether the payment went through.
    card_unknown,
    /// The card must be typed once more.
    card_retype,
    /// Face `ask`: title.
    ask_title,
    /// Face `ask`: what the choice of a bank is called.
    ask_bank,
    /// Face `ask`: first line of that choice.
    bank_choose,
    /// The last choice: a bank that is not listed.
    bank_other,
    /// No bank was chosen.
    bank_empty,
    /// The bank that was chosen is not accepted.
    bank_wrong,
    /// Face `ask`: what the account's number is called.
    ask_iban,
    /// It is missing.
    iban_empty,
    /// A character of it is mistyped.
    iban_wrong,
    /// It begins otherwise than an IBAN, or has characters that none has.
    iban_characters,
    /// It is too short or too long.
    iban_length,
    /// It is right, and its country's accounts are not debited.
    iban_country,
    /// Face `ask`: what signing the mandate means. Places: `{shop}`.
    mandate,
    /// Face `ask`: what follows.
    mandate_next,
    /// Face `ask`: button that goes on.
    go_on,
    /// Face `leaving`: title.
    leaving_title,
    /// Face `leaving`: text.
    leaving_body,
    /// Face `waiting`: title.
    waiting_title,
    /// Face `waiting`: text.
    waiting_body,
    /// Face `waiting`: button to the list of methods.
    waiting_other,
    /// Face `waiting` while a terminal works: title.
    terminal_title,
    /// The same: text. Places: `{amount}`, `{till}`.
    terminal_body,
    /// The same: how long it waits. Places: `{minutes}`.
    terminal_left,
    /// Face `paid`: title.
    paid_title,
    /// Face `paid`: text. Places: `{shop}`, `{amount}`.
    paid_body,
    /// Face `paid`: text after a direct debit. Places: `{shop}`, `{amount}`.
    paid_debit,
    /// Face `authorised`: title.
    authorised_title,
    /// Face `authorised`: text. Places: `{shop}`, `{amount}`.
    authorised_body,
    /// Title over the list of parts.
    parts,
    /// A part paid by voucher. Places: `{brand}`.
    part_voucher,
    /// A part paid by the bank card that completes a voucher.
    part_complement,
    /// A part paid by bank card.
    part_card,
    /// A part whose outcome is not known yet.
    part_pending,
    /// A part that was refused.
    part_refused,
    /// Face `refused`: title.
    refused_title,
    /// Refusal without a reason.
    refusal_issuer,
    /// Refusal for lack of funds.
    refusal_funds,
    /// Refusal for what was typed.
    refusal_card_data,
    /// Refusal at the strong authentication.
    refusal_authentication,
    /// Refusal of this kind of card.
    refusal_not_accepted,
    /// Refusal because time ran out on the platform's page.
    refusal_timed_out,
    /// Refusal after which the bank may hold the amount for days.
    refusal_held,
    /// Refusal for a technical reason.
    refusal_technical,
    /// Cancelled on the terminal.
    refusal_cancelled,
    /// The terminal works on another payment.
    refusal_busy,
    /// Face `cancelled`: title.
    cancelled_title,
    /// Face `cancelled`: text.
    cancelled_body,
    /// Face `incomplete`: title.
    incomplete_title,
    /// Face `incomplete`: text. Places: `{accepted}`, `{total}`.
    incomplete_body,
    /// Title of the notice about a voucher part that may be held.
    held_title,
    /// Its text. Places: `{accepted}`, `{shop}`, `{reference}`.
    held_body,
    /// Added to it while the shopper may pay again. Places: `{total}`.
    held_full,
    /// Title of the notice about a second payment that took money.
    surplus_title,
    /// Its text. Places: `{accepted}`, `{shop}`, `{reference}`.
    surplus_body,
    /// No further payment may be started. Places: `{shop}`, `{reference}`.
    no_more,
    /// Face `expired`: title.
    expired_title,
    /// Face `expired`: text.
    expired_body,
    /// Face `expired`: added when a payment had been started.
    expired_started,
    /// Face `paid-elsewhere`: title.
    paid_elsewhere_title,
    /// Face `paid-elsewhere`: text.
    paid_elsewhere_body,
    /// Face `offline`: title.
    offline_title,
    /// Face `offline`: text.
    offline_body,
    /// Face `broken`: title.
    broken_title,
    /// Face `broken`: text when only the shop can mend it.
    broken_body,
    /// Face `broken`: text when trying again makes sense.
    broken_retry,
    /// Button that tries again.
    retry,
    /// The payment platform can't be reached; nothing was started.
    trouble_platform,
    /// The method is not on offer any more.
    trouble_method,
    /// Too many payments were started.
    trouble_too_many,
    /// The platform's fields don't open.
    trouble_fields,
    /// The time to enter something has run out.
    trouble_expired,
    /// A saved card is not there any more.
    trouble_card,
    /// The page does not let the browser go to the platform.
    trouble_leave,
    /// Something else went wrong.
    trouble_other,
    /// Pages without script: link to the shop's own page. Places: `{shop}`.
    back_to_shop,
    /// Page of a link that the shop sent: title.
    link_title,
    /// The same: text above its button.
    link_body,
    /// The link was used, or is too old.
    link_over,
}

/// Puts `values` into the places of a text: `{name}` becomes the value of `name`.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            rest = after;
            break;
        };
        if let Some((_, value)) = values.iter().find(|(key, _)| *key == name) {
            out.push_str(value);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}
