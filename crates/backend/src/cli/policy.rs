//! `guichet csp`: what a shop's page with the widget needs in its Content-Security-Policy.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum;
use guichet_domain::id::Slug;
use guichet_providers::contract::{PageSources, Provider};

use super::terminal::print;
use crate::accounts::Accounts;
use crate::config::{Config, Shop};
use crate::http::assets::Assets;

/// Which page.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The shop, by the configuration's name; all of them, if absent.
    #[arg(long)]
    shop: Option<String>,
    /// How the page has the widget.
    #[arg(long, value_enum, default_value_t = Embedding::Tag)]
    embed: Embedding,
}

/// How a page has the widget.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Embedding {
    /// By the script tag, or by `guichet-checkout/load` of the npm package.
    Tag,
    /// By the script tag, with the list printed by the server (`markup`).
    Markup,
    /// The same with its style sheet by a link (`style=link`).
    Link,
    /// In the shop's own bundle (`guichet-checkout` of the npm package).
    Bundle,
}

/// Prints the policy's lines.
pub(crate) async fn run(path: &Path, page: &Arguments) -> anyhow::Result<()> {
    let (config, accounts) = Config::read(path)?;
    let sheet = match page.embed {
        Embedding::Markup => {
            let sheet = Assets::open(&config.assets)?.style().await;
            sheet
                .context("the built widget has no style sheet")?
                .integrity
        }
        Embedding::Tag | Embedding::Link | Embedding::Bundle => String::new(),
    };
    let shops = match &page.shop {
        Some(id) => {
            let id = Slug::try_from(id.clone());
            let id = id.map_err(|error| anyhow::anyhow!("--shop {}", error.detail))?;
            let shop = config.shop(&id);
            vec![shop.with_context(|| format!("--shop {id}: no such shop is configured"))?]
        }
        None => config.shops.iter().collect(),
    };
    let backend = origin(&config)?;
    let mut told = String::new();
    for shop in shops {
        let sources = sources(shop, &accounts);
        let _ = writeln!(told, "# {}, {}", shop.id, page.embed.what());
        told.push_str(&lines(page.embed, &backend, &sheet, &sources));
    }
    print(told)
}

impl Embedding {
    fn what(self) -> &'static str {
        match self {
            Self::Tag => "script tag",
            Self::Markup => "script tag, list printed by the server",
            Self::Link => "script tag, list printed by the server with its style sheet by a link",
            Self::Bundle => "in the shop's own bundle",
        }
    }
}

/// Where the backend is, as a policy writes it: without a path.
fn origin(config: &Config) -> anyhow::Result<String> {
    let url = url::Url::parse(&config.public_url).context("public_url")?;
    Ok(url.origin().ascii_serialization())
}

/// What the platforms of a shop's methods need, each once.
fn sources(shop: &Shop, accounts: &Accounts) -> PageSources {
    let (mut fields, mut forms) = (BTreeSet::new(), BTreeSet::new());
    for entry in &shop.methods {
        let own = |account: &&dyn Provider| *account.account() == entry.account;
        let Some(account) = accounts.iter().find(own) else {
            continue;
        };
        for method in &entry.methods {
            let needs = account.page_sources(method);
            fields.extend(needs.fields);
            forms.extend(needs.forms);
        }
    }
    PageSources {
        fields: fields.into_iter().collect(),
        forms: forms.into_iter().collect(),
    }
}

fn lines(embed: Embedding, backend: &str, sheet: &str, platforms: &PageSources) -> String {
    let own = match embed {
        Embedding::Bundle => "'self'",
        Embedding::Tag | Embedding::Markup | Embedding::Link => backend,
    };
    let connect = match embed {
        Embedding::Bundle => format!("'self' {backend}"),
        Embedding::Tag | Embedding::Markup | Embedding::Link => backend.to_owned(),
    };
    let style = match embed {
        Embedding::Markup => Some(format!("'{sheet}'")),
        Embedding::Link => Some(backend.to_owned()),
        Embedding::Tag | Embedding::Bundle => None,
    };
    let mut told = String::new();
    let mut line = |directive: &str, first: &str, more: &[String]| {
        let all = [&[first.to_owned()], more].concat();
        let _ = writeln!(told, "{directive} {};", all.join(" ").trim_start());
    };
    line(
        "script-src",
        &format!("{own} 'wasm-unsafe-eval'"),
        &platforms.fields,
    );
    line("connect-src", &connect, &platforms.fields);
    if let Some(style) = style {
        line("style-src", &style, &[]);
    }
    if !platforms.fields.is_empty() {
        line("frame-src", "", &platforms.fields);
    }
    line("form-action", backend, &platforms.forms);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(embed: Embedding, platforms: &PageSources) -> String {
        lines(embed, "https://pay.example", "sha384-AB", platforms)
    }

    #[test]
    fn each_embedding_has_the_lines_that_its_page_needs() {
        let platforms = PageSources {
            fields: vec!["https://*.fields.example".into()],
            forms: vec!["https:".into()],
        };
        let after = |embed, told_of: &str| {
            let told = told(embed, &platforms);
            assert!(told.contains(told_of), "{told}");
            assert!(told.ends_with("form-action https://pay.example https:;\n"));
        };
        after(
            Embedding::Tag,
            "script-src https://pay.example 'wasm-unsafe-eval' https://*.fields.example;\n\
             connect-src https://pay.example https://*.fields.example;\n\
             frame-src https://*.fields.example;\n",
        );
        after(Embedding::Markup, "style-src 'sha384-AB';\n");
        after(Embedding::Link, "style-src https://pay.example;\n");
        after(
            Embedding::Bundle,
            "script-src 'self' 'wasm-unsafe-eval' https://*.fields.example;\n\
             connect-src 'self' https://pay.example https://*.fields.example;\n",
        );
        assert_eq!(
            told(Embedding::Tag, &PageSources::default()),
            "script-src https://pay.example 'wasm-unsafe-eval';\n\
             connect-src https://pay.example;\nform-action https://pay.example;\n"
        );
    }
}
