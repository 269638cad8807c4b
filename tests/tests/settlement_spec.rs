//! The tables of `specs/settlement.md` that come from code: layouts, instructions, errors, parameters. `BLESS=1` writes them.

use std::fmt::Write as _;

use assay_settlement_interface::account::{ACCOUNTS, Member, Round};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::INSTRUCTIONS;
use assay_settlement_interface::{FieldInfo, params};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/settlement.md");

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fields(fields: &[FieldInfo], out: &mut String) {
    for field in fields {
        let doc = one_line(field.doc);
        writeln!(out, "  {:>4}  {:<20} {:<10} {doc}", field.at, field.name, field.ty).expect("a string");
    }
}

fn layouts() -> String {
    let mut out = String::new();
    for account in ACCOUNTS {
        writeln!(out, "**{}** (kind {}, {} bytes). {}\n\n```", account.name, account.kind, account.length, one_line(account.doc))
            .expect("a string");
        out.push_str("     0  kind                 u8         \n     1  version              u8         1\n");
        fields(account.fields, &mut out);
        out.push_str("```\n\n");
    }
    writeln!(out, "**Member** of a round; member i stands at {} + {} · i.\n\n```", Round::LEN, Member::LEN).expect("a string");
    fields(Member::FIELDS, &mut out);
    out.push_str("```\n");
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

fn instructions() -> String {
    let mut out = String::new();
    for instruction in INSTRUCTIONS {
        let accounts: Vec<String> = instruction
            .accounts
            .iter()
            .map(|account| {
                let flags = [(account.writable, "w"), (account.signer, "s")]
                    .iter()
                    .filter(|(set, _)| *set)
                    .map(|(_, flag)| *flag)
                    .collect::<String>();
                if flags.is_empty() { account.name.to_owned() } else { format!("{} `{flags}`", account.name) }
            })
            .chain((!instruction.more.is_empty()).then(|| format!("*{}*", instruction.more)))
            .collect();
        writeln!(out, "**{} {}** ({} bytes). {}\n", instruction.tag, instruction.name, instruction.length, one_line(instruction.doc))
            .expect("a string");
        writeln!(out, "Accounts: {}\n", accounts.join(", ")).expect("a string");
        if !instruction.fields.is_empty() {
            out.push_str("```\n");
            fields(instruction.fields, &mut out);
            out.push_str("```\n\n");
        }
    }
    out.trim_end().to_owned() + "\n"
}

fn errors() -> String {
    let mut out = String::from("| # | name | |\n|---|---|---|\n");
    for refusal in Refusal::ALL {
        writeln!(out, "| {} | {} | {} |", refusal.code(), refusal.name(), refusal.message()).expect("a string");
    }
    out
}

/// The page with what stands between `<!-- name` and `<!-- end -->` replaced.
fn with(page: &str, name: &str, table: &str) -> String {
    let start = page.find(&format!("<!-- {name}")).expect("the marker");
    let start = start + page[start..].find('\n').expect("a line") + 1;
    let end = start + page[start..].find("<!-- end -->").expect("the end");
    format!("{}\n{table}{}", &page[..start], &page[end..])
}

#[test]
fn tables_are_those_of_the_code() {
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let mut wanted = page.clone();
    for (name, table) in [("layouts", layouts()), ("instructions", instructions()), ("errors", errors())] {
        wanted = with(&wanted, name, &table);
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(PAGE, &wanted).expect("the page can be written");
    } else {
        assert!(page == wanted, "specs/settlement.md is not what the code says: BLESS=1 writes it");
    }
}

/// Numbers as the page writes them: in groups of three, a power of ten, or with a remark behind.
fn number(cell: &str) -> u64 {
    let cell = cell.split('(').next().expect("a part").trim();
    match cell.strip_prefix("10^") {
        Some(power) => 10_u64.pow(power.parse().expect("a power")),
        None => cell.replace(',', "").parse().unwrap_or_else(|_| panic!("{cell}")),
    }
}

#[test]
fn parameters_are_those_of_the_page() {
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let section = page.split("## 2. Parameters").nth(1).and_then(|rest| rest.split("## 3.").next()).expect("the section");
    let mut seen = 0;
    for row in section.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit()) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let numbers: Vec<usize> = match cells[0].split_once('\u{2013}') {
            Some((from, to)) => (from.parse().expect("a number")..=to.parse().expect("a number")).collect(),
            None => cells[0].split(", ").map(|number| number.parse().expect("a number")).collect(),
        };
        let defaults: Vec<&str> = if numbers.len() > 1 { cells[3].split(", ").collect() } else { vec![cells[3]] };
        for (number_of, default) in numbers.iter().zip(&defaults) {
            let info = &params::TABLE[*number_of];
            assert_eq!((info.default, info.least, info.most), (number(default), number(cells[4]), number(cells[5])), "{row}");
            seen += 1;
        }
        if numbers.len() == 1 {
            assert_eq!(cells[1], format!("`{}`", params::TABLE[numbers[0]].name));
        }
    }
    assert_eq!(seen, params::COUNT);
    params::validate(&params::DEFAULTS).expect("defaults are valid");
}
