//! Known answers. Stored fingerprints stand on these: where one changes, `NORMALISATION` (words,
//! text hashes, bands) or `FEATURES` (stems, pairs) needs the next number.

use retold::engine::{Channel, Fingerprint};
use retold::text::Language;
use retold::{Config, Engine, Kernel};
use xxhash_rust::xxh3::xxh3_64;

use super::samples::SAMPLES;

/// Words, hash of the text, signature, number of features, XXH3 of the bytes of all features.
type Known = (u32, Option<u64>, Option<u64>, usize, u64);

fn known(fingerprint: &Fingerprint) -> Known {
    let features: Vec<u8> = fingerprint.features().iter().flat_map(|of| of.to_le_bytes()).collect();
    let (words, count) = (fingerprint.words(), fingerprint.features().len());
    (words, fingerprint.text(), fingerprint.signature(), count, xxh3_64(&features))
}

/// Texts of every script, the shortest ones, and one of every length at which the window narrows.
fn texts() -> impl Iterator<Item = (String, String)> {
    let shortest = [("blank", " \n\u{3000}"), ("signs", "🌊 — 🌊"), ("one word", "Ferry!")];
    let texts = SAMPLES.into_iter().chain(shortest);
    let longer = [4, 5, 7].map(|times| (format!("English × {times}"), SAMPLES[0].1.repeat(times)));
    texts.map(|(name, text)| (name.to_owned(), text.to_owned())).chain(longer)
}

#[test]
fn every_script_has_its_known_answer_by_every_kernel() {
    assert_eq!(texts().count(), KNOWN.len());
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        let engine = Engine::new(Config::default().kernel(kernel)).unwrap();
        let mut fingerprinter = engine.fingerprinter().unwrap();
        for ((name, text), expected) in texts().zip(KNOWN) {
            let found = known(&fingerprinter.fingerprint(&text));
            assert_eq!(found, expected, "{name}, {kernel}: {found:#x?}");
        }
    }
}

#[test]
fn single_hashes_and_bytes_have_known_answers() {
    let engine = Engine::new(Config::default()).unwrap();
    let fingerprint = engine.fingerprint("Ferries wait outside the harbour.").unwrap();
    assert_eq!(fingerprint.bands()[..2], [0x6bac_33ab_7155_f417, 0x3a15_095d_2455_8671]);
    let features = [0x374c_37f9_337e_2c2d, 0x5696_ba8d_e93c_019f, 0x6067_43a5_8cc4_5740];
    assert_eq!(fingerprint.features()[..3], features);
    let bytes = fingerprint.to_bytes();
    assert_eq!(bytes[..17], [1, 208, 18, 165, 129, 163, 252, 99, 184, 5, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!((bytes.len(), xxh3_64(&bytes)), (281, 0xcd75_ab64_211f_895b));
}

#[test]
fn schemes_have_known_names_and_numbers() {
    let known: [(Config, &str, u64); 5] = [
        (
            Config::default(),
            "text-3/minhash-128/words-3/seed-1/bands-25x5/features-1/language-any",
            0xb863_fca3_81a5_12d0,
        ),
        (
            Config::default().seed(2).lanes(64).shingle_words(5),
            "text-3/minhash-64/words-5/seed-2/bands-14x4/features-1/language-any",
            0x1e4b_39a0_8cf2_8b23,
        ),
        (
            Config::default().banding_threshold(0.8),
            "text-3/minhash-128/words-3/seed-1/bands-9x13/features-1/language-any",
            0x8cce_1d7f_599d_bda5,
        ),
        (
            Config::default().channel(Channel::Banding),
            "text-3/minhash-128/words-3/seed-1/bands-25x5",
            0x5f74_4af3_52b3_79f0,
        ),
        (
            Config::default().channel(Channel::Rare).language(Some(Language::German)),
            "text-3/features-1/language-de",
            0xbb82_bc27_dcd9_6be8,
        ),
    ];
    for (config, name, id) in known {
        let scheme = Engine::new(config).unwrap().scheme().unwrap();
        assert_eq!((scheme.to_string().as_str(), scheme.id()), (name, id));
    }
}

const KNOWN: [Known; 22] = [
    // English
    (41, Some(0x3bdb_e91a_c1a2_4ba5), Some(0x7603_97e2_fb28_1b27), 86, 0xc3fb_67ee_ff9f_b9ca),
    // German
    (33, Some(0x5fcd_fc34_7f04_3143), Some(0x9e6a_90af_a403_31f4), 62, 0x024c_210d_e7df_691a),
    // French
    (32, Some(0xef90_4d80_3662_ef67), Some(0xce73_d2dd_a58a_ecd0), 74, 0x1125_6a5d_3030_a7bf),
    // Spanish
    (29, Some(0x191f_6fe2_39a1_e7f5), Some(0x61c6_f93e_2f33_2411), 58, 0xb643_e291_3cb6_02a2),
    // Turkish
    (27, Some(0xc849_4105_e225_fc68), Some(0xb954_bf0f_2259_8e7c), 82, 0x72ec_4aac_d6d2_6d35),
    // Greek
    (33, Some(0x808a_7f99_69a6_1d41), Some(0x5739_544e_d613_249f), 70, 0xcc9e_ec08_6d77_27af),
    // Russian
    (27, Some(0xb73b_48b5_dc23_0367), Some(0x3bbf_c1dc_94bb_c410), 78, 0xebb1_b212_1695_8da6),
    // Polish
    (20, Some(0x2acb_e0a6_fa44_10cb), Some(0xc219_4482_a74c_5244), 62, 0xebe5_a680_32d9_827e),
    // Czech
    (22, Some(0x7453_c092_c439_244c), Some(0x1401_7a2a_d4c8_80d1), 78, 0xb9de_314c_1f1e_76a5),
    // Vietnamese
    (33, Some(0x1563_c2b3_3b66_7ab2), Some(0xae2d_016e_86fe_b569), 122, 0x58fa_30ad_11f4_5ccf),
    // Arabic
    (22, Some(0xce6e_49d5_1d1c_dc49), Some(0x2425_19b7_dfee_8382), 70, 0x9141_7669_7155_c337),
    // Hindi
    (38, Some(0x2aa1_c5f5_a112_55ae), Some(0x19cc_982a_611a_573c), 139, 0x11e3_a0cc_58b3_c3b8),
    // Chinese
    (44, Some(0x4128_f13a_0809_9b7c), Some(0x9e27_d707_6570_70a6), 166, 0xdfea_841d_39c1_4926),
    // Japanese
    (45, Some(0x2b6e_507a_cbf7_8757), Some(0x17fe_0a01_2525_909e), 170, 0x780a_b555_081d_8042),
    // Korean
    (16, Some(0x3b9a_6929_75ca_dab1), Some(0xccbf_7bed_6a08_0611), 54, 0x64c8_a305_d501_c4ca),
    // Thai
    (95, Some(0x1a84_492c_74ce_9405), Some(0xaba8_3f37_51d0_0ad4), 359, 0xd95f_f39a_4e16_7794),
    // blank
    (0, None, None, 0, 0x2d06_8005_38d3_94c2),
    // signs
    (0, Some(0x7db8_3d7f_d161_9d41), None, 0, 0x2d06_8005_38d3_94c2),
    // one word
    (1, Some(0x0a54_cb81_530f_2b02), Some(0x5183_8482_f132_cb72), 0, 0x2d06_8005_38d3_94c2),
    // English, four, five and seven times
    (164, Some(0x4ab1_4d80_214c_f35a), Some(0xd56d_9745_c247_8b6d), 72, 0x326e_0d40_a924_54a6),
    (205, Some(0x56e4_efa1_bd88_0330), Some(0xd56d_9745_c247_8b6d), 48, 0x7ae3_d244_db71_6c32),
    (287, Some(0x3e53_5d33_2a8d_d787), Some(0xd56d_9745_c247_8b6d), 24, 0x721d_3fbd_3b7b_7249),
];
