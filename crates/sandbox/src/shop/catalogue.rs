//! What the shop sells. Prices are here, on the server, and nowhere else.

use crate::web::views::money;

/// A price of the catalogue as the shop's pages write it. An order may be in another currency.
pub(super) fn price(cents: u64) -> String {
    money(cents, "EUR")
}

/// One product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    pub(crate) line: &'static str,
    pub(crate) text: &'static str,
    /// In cents.
    pub(crate) price: u64,
    /// `epicerie` or `sejour`.
    pub(crate) shelf: &'static str,
}

impl Product {
    /// Which vouchers can pay it, in words.
    pub(crate) fn vouchers(self) -> &'static str {
        if self.shelf == "sejour" {
            "Chèque-Vacances Connect accepté"
        } else {
            "Titres-restaurant acceptés"
        }
    }
}

const PRODUCTS: [Product; 6] = [
    Product {
        slug: "panier-dejeuner",
        name: "Panier déjeuner du marché",
        line: "Terrine, salade et pain au levain",
        text: "Préparé le matin même : une terrine de campagne, une salade de saison, un pain au \
               levain et un fruit. À retirer à la halle ou livré à vélo avant midi.",
        price: 1450,
        shelf: "epicerie",
    },
    Product {
        slug: "plateau-fromages",
        name: "Plateau de fromages",
        line: "Cinq fromages affinés, deux personnes",
        text: "Cinq fromages fermiers choisis par notre affineuse, avec leurs noix et un peu de \
               pâte de coing. Pour deux bonnes faims.",
        price: 2750,
        shelf: "epicerie",
    },
    Product {
        slug: "huile-olive",
        name: "Huile d'olive fruitée",
        line: "Première pression, 50 cl",
        text: "Une huile douce aux notes d'amande et d'herbe coupée, pressée à froid par un \
               moulin familial de la Drôme.",
        price: 1850,
        shelf: "epicerie",
    },
    Product {
        slug: "miel-tilleul",
        name: "Miel de tilleul",
        line: "Récolte d'été, 500 g",
        text: "Un miel clair au parfum mentholé, récolté une seule fois par an autour du village.",
        price: 980,
        shelf: "epicerie",
    },
    Product {
        slug: "week-end-gite",
        name: "Week-end au gîte",
        line: "Deux nuits pour deux en Ardèche",
        text: "Deux nuits dans un gîte de pierre au-dessus de la rivière, petits déjeuners et \
               panier d'arrivée compris. Valable toute l'année.",
        price: 18900,
        shelf: "sejour",
    },
    Product {
        slug: "balade-truffe",
        name: "Balade à la truffe",
        line: "Une matinée avec le caveur",
        text: "Trois heures de marche tranquille avec un caveur et sa chienne, puis une omelette \
               partagée. De novembre à mars.",
        price: 4200,
        shelf: "sejour",
    },
];

/// Everything on sale.
pub(crate) fn products() -> &'static [Product] {
    &PRODUCTS
}

pub(crate) fn find(slug: &str) -> Option<Product> {
    PRODUCTS.into_iter().find(|product| product.slug == slug)
}
