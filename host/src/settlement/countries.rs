//! Which countries there are, and on which continents: ISO 3166-1 alpha-2, as of 2024. The ledger takes any two letters for either; what cannot be is refused before it is sent.

/// Continents, with all countries on each. One that lies on two is in both lists.
const CONTINENTS: [(&str, &str); 7] = [
    (
        "AF",
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TF TG TN TZ UG YT ZA ZM ZW",
    ),
    ("AN", "AQ BV GS HM TF"),
    (
        "AS",
        "AE AF AM AZ BD BH BN BT CC CN CX CY EG GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA RU SA SG SY TH TJ TL TM TR TW UZ VN YE",
    ),
    (
        "EU",
        "AD AL AM AT AX AZ BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GE GG GI GR HR HU IE IM IS IT JE KZ LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA",
    ),
    ("NA", "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT UM US VC VG VI"),
    ("OC", "AS AU CC CK CX FJ FM GU ID KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU WF WS"),
    ("SA", "AR AW BO BQ BR CL CO CW EC FK GF GS GY PE PY SR TT UY VE"),
];

fn holds(countries: &str, country: &str) -> bool {
    countries.split(' ').any(|known| known == country)
}

fn letters(text: &[u8; 2]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// Whether there is such a country. Says why not.
pub fn check(country: &[u8; 2]) -> Result<(), String> {
    let country = letters(country);
    match CONTINENTS.iter().any(|(_, countries)| holds(countries, &country)) {
        true => Ok(()),
        false => Err(format!("there is no country {country} in ISO 3166-1")),
    }
}

/// Whether it lies on that continent. Says why not.
pub fn check_on(country: &[u8; 2], continent: &[u8; 2]) -> Result<(), String> {
    check(country)?;
    let (country, continent) = (letters(country), letters(continent));
    let on: Vec<&str> = CONTINENTS.iter().filter(|(_, countries)| holds(countries, &country)).map(|(name, _)| *name).collect();
    if on.contains(&continent.as_str()) {
        return Ok(());
    }
    match CONTINENTS.iter().any(|(name, _)| *name == continent) {
        true => Err(format!("{country} is not on {continent}: its continent is {}", on.join(" or "))),
        false => Err(format!("there is no continent {continent}: {country} is on {}", on.join(" or "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_as_iso_counts() {
        let all: std::collections::BTreeSet<&str> = CONTINENTS.iter().flat_map(|(_, countries)| countries.split(' ')).collect();
        assert_eq!(all.len(), 249);
        assert!(all.iter().all(|country| country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase())));
    }

    #[test]
    fn a_country_is_on_its_continent() {
        for (country, continent) in [(b"DE", b"EU"), (b"US", b"NA"), (b"TR", b"EU"), (b"TR", b"AS"), (b"NA", b"AF"), (b"ID", b"AS")] {
            assert_eq!(check_on(country, continent), Ok(()));
        }
        let why = |country, continent| check_on(country, continent).expect_err("it is not");
        assert_eq!(why(b"US", b"EU"), "US is not on EU: its continent is NA");
        assert_eq!(why(b"ZZ", b"EU"), "there is no country ZZ in ISO 3166-1");
        assert_eq!(why(b"DE", b"XX"), "there is no continent XX: DE is on EU");
        assert!(check(b"UK").is_err() && check(b"GB").is_ok());
    }
}
