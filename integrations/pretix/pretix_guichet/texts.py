"""What shopper and organiser read, in the three languages.

A table and no gettext: the files that gettext needs have to be compiled before a package is built.
"""
from django.utils.functional import lazy
from i18nfield.strings import LazyI18nString

TEXTS = {
    "plugin": {
        "en": "Cards, Chèque-Vacances Connect and more with Guichet.",
        "de": "Karten, Chèque-Vacances Connect und mehr mit Guichet.",
        "fr": "Cartes, Chèque-Vacances Connect et plus avec Guichet.",
    },
    "settings": {"en": "Payment", "de": "Zahlung", "fr": "Paiement"},
    "public_name": {
        "en": "Card or holiday voucher",
        "de": "Karte oder Chèque-Vacances",
        "fr": "Carte ou Chèque-Vacances",
    },
    "endpoint": {"en": "Guichet’s address", "de": "Adresse von Guichet",
                 "fr": "Adresse de Guichet"},
    "endpoint_help": {
        "en": "Such as https://pay.shop.example. Its webhook goes to {webhook}",
        "de": "Etwa https://pay.shop.example. Sein Webhook geht an {webhook}",
        "fr": "Par exemple https://pay.shop.example. Son webhook va à {webhook}",
    },
    "secret_key": {"en": "Secret key", "de": "Geheimer Schlüssel", "fr": "Clé secrète"},
    "webhook_secret": {"en": "Webhook secret (whsec_…)", "de": "Webhook-Geheimnis (whsec_…)",
                       "fr": "Secret des webhooks (whsec_…)"},
    "field_origins": {"en": "Origins of card fields", "de": "Herkunft der Kartenfelder",
                      "fr": "Origines des champs de carte"},
    "field_origins_help": {
        "en": "Only for cards that are typed on your page: the platform’s origins, each on a "
              "line, such as https://fields.platform.example.",
        "de": "Nur für Karten, die auf Ihrer Seite eingegeben werden: die Adressen der Plattform, "
              "je Zeile eine, etwa https://fields.platform.example.",
        "fr": "Seulement pour les cartes saisies sur votre page : les origines de la plateforme, "
              "une par ligne, par exemple https://fields.platform.example.",
    },
    "next_page": {
        "en": "You choose how to pay on the next page.",
        "de": "Wie Sie zahlen, wählen Sie auf der nächsten Seite.",
        "fr": "Vous choisirez comment payer à la page suivante.",
    },
    "pay_order": {"en": "Pay order {code}", "de": "Bestellung {code} bezahlen",
                  "fr": "Payer la commande {code}"},
    "pay_now": {"en": "Continue to payment", "de": "Weiter zur Zahlung",
                "fr": "Poursuivre le paiement"},
    "back": {"en": "Back to the order", "de": "Zurück zur Bestellung",
             "fr": "Retour à la commande"},
    "no_script": {
        "en": "Does the payment not appear? Reload the page, or write to the organiser.",
        "de": "Die Zahlung erscheint nicht? Laden Sie die Seite neu, oder schreiben Sie dem "
              "Veranstalter.",
        "fr": "Le paiement n’apparaît pas ? Rechargez la page, ou écrivez à l’organisateur.",
    },
    "needed": {
        "en": "The payment needs to know a little more about you.",
        "de": "Für die Zahlung fehlen noch Angaben.",
        "fr": "Le paiement demande encore quelques précisions.",
    },
    "more_ways": {
        "en": "There are more ways to pay if you add this:",
        "de": "Mit diesen Angaben gibt es weitere Zahlungsarten:",
        "fr": "D’autres moyens de paiement sont possibles si vous précisez :",
    },
    "save": {"en": "Continue", "de": "Weiter", "fr": "Continuer"},
    "name": {"en": "Name", "de": "Name", "fr": "Nom"},
    "phone": {"en": "Phone", "de": "Telefon", "fr": "Téléphone"},
    "line1": {"en": "Street and number", "de": "Straße und Hausnummer", "fr": "N° et rue"},
    "postal_code": {"en": "Postal code", "de": "Postleitzahl", "fr": "Code postal"},
    "city": {"en": "City", "de": "Ort", "fr": "Ville"},
    "country": {"en": "Country", "de": "Land", "fr": "Pays"},
    "wrong": {"en": "Please correct this.", "de": "Bitte berichtigen Sie das.",
              "fr": "Veuillez corriger."},
    "unreachable": {
        "en": "The payment can’t be shown at the moment. Nothing was taken. Try again in a "
              "minute.",
        "de": "Die Zahlung kann gerade nicht angezeigt werden. Nichts wurde abgebucht. Versuchen "
              "Sie es in einer Minute noch einmal.",
        "fr": "Le paiement ne peut pas s’afficher pour le moment. Rien n’a été débité. Réessayez "
              "dans une minute.",
    },
    "no_way": {
        "en": "This order can’t be paid this way. Please choose another one.",
        "de": "Diese Bestellung kann so nicht bezahlt werden. Bitte wählen Sie eine andere Art.",
        "fr": "Cette commande ne peut pas être payée ainsi. Choisissez un autre moyen.",
    },
    "changed": {
        "en": "The order has changed. Please pay the new amount.",
        "de": "Die Bestellung hat sich geändert. Bitte zahlen Sie den neuen Betrag.",
        "fr": "La commande a changé. Veuillez payer le nouveau montant.",
    },
    "under_way": {
        "en": "A payment of {amount} that you have begun may still be taken. As soon as its "
              "outcome is known you can go on: reload this page in a few minutes.",
        "de": "Eine begonnene Zahlung über {amount} kann noch abgebucht werden. Sobald feststeht, "
              "was aus ihr wurde, geht es weiter: laden Sie diese Seite in einigen Minuten neu.",
        "fr": "Un paiement de {amount} que vous avez commencé peut encore être débité. Dès que "
              "son issue sera connue vous pourrez continuer : rechargez cette page dans quelques "
              "minutes.",
    },
    "closed": {
        "en": "This payment is over. Please start again from your order.",
        "de": "Diese Zahlung ist beendet. Bitte beginnen Sie bei Ihrer Bestellung neu.",
        "fr": "Ce paiement est terminé. Veuillez recommencer depuis votre commande.",
    },
    "still_open": {
        "en": "The payment may still be taken at the platform: it can’t be cancelled yet.",
        "de": "Die Zahlung kann auf der Plattform noch abgebucht werden: sie lässt sich noch nicht "
              "abbrechen.",
        "fr": "Le paiement peut encore être débité par la plateforme : il ne peut pas encore être "
              "annulé.",
    },
    "is_paid": {
        "en": "The payment has been made: refund it instead.",
        "de": "Die Zahlung ist erfolgt: erstatten Sie sie stattdessen.",
        "fr": "Le paiement est fait : remboursez-le plutôt.",
    },
    "no_answer": {
        "en": "Guichet does not answer. Nothing was changed.",
        "de": "Guichet antwortet nicht. Nichts wurde geändert.",
        "fr": "Guichet ne répond pas. Rien n’a été changé.",
    },
    "refund_refused": {"en": "The platform refused the refund: {why}",
                       "de": "Die Plattform hat die Erstattung abgelehnt: {why}",
                       "fr": "La plateforme a refusé le remboursement : {why}"},
    "no_payment": {
        "en": "Nothing was paid with Guichet here.",
        "de": "Hier wurde nichts mit Guichet bezahlt.",
        "fr": "Rien n’a été payé avec Guichet ici.",
    },
    "log_late": {
        "en": "Guichet: payment {payment} was made too late and is given back.",
        "de": "Guichet: Zahlung {payment} kam zu spät und wird zurückgegeben.",
        "fr": "Guichet : le paiement {payment} est arrivé trop tard et est rendu.",
    },
    "log_attention": {
        "en": "Guichet: please look at payment {payment}: {why}",
        "de": "Guichet: bitte sehen Sie nach Zahlung {payment}: {why}",
        "fr": "Guichet : veuillez regarder le paiement {payment} : {why}",
    },
    "why_surplus": {
        "en": "the order was already paid; give this one back",
        "de": "die Bestellung war schon bezahlt; geben Sie diese zurück",
        "fr": "la commande était déjà payée ; rendez celui-ci",
    },
    "why_incomplete": {
        "en": "only a part of the amount was taken, usually a voucher",
        "de": "nur ein Teil des Betrags wurde genommen, meist ein Gutschein",
        "fr": "une partie seulement du montant a été débitée, en général un titre",
    },
    "why_not_given_back": {
        "en": "it came too late and could not be given back ({why})",
        "de": "sie kam zu spät und konnte nicht zurückgegeben werden ({why})",
        "fr": "il est arrivé trop tard et n’a pas pu être rendu ({why})",
    },
    "why_amount": {
        "en": "it differs in amount or currency from what was asked",
        "de": "Betrag oder Währung weichen vom Verlangten ab",
        "fr": "le montant ou la devise diffère de ce qui était demandé",
    },
    "why_part_refund": {
        "en": "only {amount} of the refund was done",
        "de": "nur {amount} der Erstattung wurden ausgeführt",
        "fr": "seuls {amount} du remboursement ont été faits",
    },
    "why_guichet": {"en": "Guichet asks for it ({why})", "de": "Guichet bittet darum ({why})",
                    "fr": "Guichet le demande ({why})"},
}


def now(name, **values):
    """The text in the language of this moment."""
    return str(LazyI18nString(TEXTS[name])).format(**values)


text = lazy(now, str)
