//! MinHash, FracMinHash and banding against theory, over many seeds.

use retold::{
    lsh::{Banding, band_keys::BUCKET_LIMIT},
    sketch::{FracConfig, FracHasher, MinHashConfig, MinHasher, Signatures},
    unstable::text::hash::mix,
};

const LANES: usize = 128;

fn hasher(seed: u64, lanes: usize) -> MinHasher {
    let config = MinHashConfig::default().seed(seed).lanes(lanes);
    MinHasher::new(config).expect("the options are in range")
}

/// Two shingle sets of sizes `a` and `b` that have `shared` shingles in common. `draw` picks which
/// shingles these are.
fn sets(a: usize, b: usize, shared: usize, draw: u64) -> [Vec<u64>; 2] {
    let fresh = |from: usize, count: usize| {
        (from..from + count).map(move |n| mix(mix(draw).wrapping_add(n as u64)))
    };
    let one = fresh(0, a).collect();
    let two = fresh(0, shared).chain(fresh(a, b - shared)).collect();
    [one, two]
}

/// Mean and standard deviation of the estimate over `runs` seeds.
fn measure([a, b]: [usize; 2], shared: usize, lanes: usize, runs: u64) -> (f64, f64) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for seed in 0..runs {
        let mut hasher = hasher(seed, lanes);
        let mut one = vec![0; lanes];
        let mut two = vec![0; lanes];
        let [a, b] = sets(a, b, shared, seed);
        assert!(hasher.sign_shingles(&a, &mut one) && hasher.sign_shingles(&b, &mut two));
        let equal = one.iter().zip(&two).filter(|(a, b)| a == b).count();
        let estimate = equal as f64 / lanes as f64;
        sum += estimate;
        squares += estimate * estimate;
    }
    let mean = sum / runs as f64;
    (mean, (squares / runs as f64 - mean * mean).sqrt())
}

/// Standard errors are at most 5 % above `sqrt(J(1-J)/lanes)`, and means are off by no more than
/// chance, for articles of 50 to 5,000 words and for short ones beside long ones. Below that bound
/// is allowed: lanes that draw without replacement do better than theory.
#[test]
fn estimates_are_as_good_as_classic_minhash() {
    // Shingles of a, of b, in both; the last three have very different lengths.
    let cases = [
        (48, 48, 24),
        (48, 48, 38),
        (48, 48, 10),
        (98, 98, 60),
        (198, 198, 140),
        (398, 398, 120),
        (398, 398, 300),
        (998, 998, 600),
        (4998, 4998, 2500),
        (48, 198, 48),
        (48, 398, 30),
        (398, 1998, 398),
    ];
    for (a, b, shared) in cases {
        let runs = if a + b > 3000 { 1000 } else { 4000 };
        let jaccard = shared as f64 / (a + b - shared) as f64;
        let (mean, deviation) = measure([a, b], shared, LANES, runs);
        let theory = (jaccard * (1.0 - jaccard) / LANES as f64).sqrt();
        let ratio = deviation / theory;
        println!("{a} {b} {shared}: J {jaccard:.3} mean {mean:.4} deviation/theory {ratio:.3}");
        assert!(ratio < 1.05, "{a} {b} {shared}: deviation {ratio} of theory");
        let chance = theory / (runs as f64).sqrt();
        assert!((mean - jaccard).abs() < 3.5 * chance, "{a} {b} {shared}: {mean} for {jaccard}");
    }
}

/// Other numbers of lanes, powers of two or not.
#[test]
fn any_number_of_lanes_is_unbiased() {
    for lanes in [1, 7, 64, 100, 500] {
        let (mean, deviation) = measure([120, 90], 70, lanes, 3000);
        let jaccard = 70.0 / 140.0;
        let theory = (jaccard * (1.0 - jaccard) / lanes as f64).sqrt();
        assert!(deviation < 1.05 * theory, "{lanes} lanes: {deviation} for {theory}");
        assert!((mean - jaccard).abs() < 3.5 * theory / 3000f64.sqrt(), "{lanes} lanes: {mean}");
    }
}

/// From text: shared runs of words, not shared hashes.
#[test]
fn texts_are_estimated_without_bias() {
    let words =
        |from: usize, to: usize| -> String { (from..to).map(|n| format!("w{n} ")).collect() };
    // 3-grams: 100 words have 98, and 60 shared words in one run have 58.
    let (a, b) = (words(0, 100), words(40, 140));
    let jaccard = 58.0 / 138.0;
    let runs = 2000;
    let estimate = |seed| {
        let mut hasher = hasher(seed, LANES);
        let [a, b] = [&a, &b].map(|text| hasher.sign(text).expect("it has words"));
        a.estimate_jaccard(&b).expect("one scheme")
    };
    let mean = (0..runs).map(estimate).sum::<f64>() / runs as f64;
    let chance = (jaccard * (1.0 - jaccard) / (LANES as f64 * runs as f64)).sqrt();
    assert!((mean - jaccard).abs() < 3.5 * chance, "{mean} for {jaccard}");
}

/// FracMinHash, over many draws of words: containment without bias, its variance that of a share of
/// the kept shingles, and the number of shingles.
#[test]
fn containment_is_estimated_as_theory_says() {
    let text = |draw: usize, from: usize, to: usize| -> String {
        (from..to).map(|n| format!("w{draw}x{n} ")).collect()
    };
    let config = FracConfig::default().scale(10);
    let mut hasher = FracHasher::new(config).expect("the options are in range");
    let runs = 600;
    let (mut mean, mut length, mut deviations) = (0.0, 0.0, 0.0);
    // 3-grams: 1,000 words have 998, and the last 400 of them 398.
    let containment: f64 = 398.0 / 998.0;
    for draw in 0..runs {
        let [a, b] =
            [(0, 1000), (600, 1000)].map(|(from, to)| hasher.sketch(&text(draw, from, to)));
        let estimate = a.estimate_containment_in(&b).expect("one scheme").expect("some are kept");
        let kept = a.kept().len() as f64;
        mean += estimate / runs as f64;
        length += a.estimate_len() / runs as f64;
        // In units of the standard error that the documentation states: variance 1.
        let error = (containment * (1.0 - containment) / kept).sqrt();
        deviations += ((estimate - containment) / error).powi(2) / runs as f64;
    }
    let chance = (containment * (1.0 - containment) / (99.8 * runs as f64)).sqrt();
    assert!((mean - containment).abs() < 3.5 * chance, "{mean} for {containment}");
    assert!((length - 998.0).abs() < 3.5 * (998.0 * 9.0 / runs as f64).sqrt(), "{length} shingles");
    assert!((deviations - 1.0).abs() < 3.5 * (2.0 / runs as f64).sqrt(), "variance {deviations}");
}

/// Pairs become candidates as often as the S-curve says.
#[test]
fn banding_follows_its_s_curve() {
    let banding = Banding::new(16, 8).expect("positive");
    let pairs = 600;
    for shared in [200, 250, 280, 310, 340] {
        let jaccard = shared as f64 / (800 - shared) as f64;
        let mut hasher = hasher(3, LANES);
        let mut signatures = Signatures::new(hasher.scheme());
        for pair in 0..pairs {
            for (side, set) in (0..).zip(sets(400, 400, shared, u64::from(pair))) {
                signatures.push_with(2 * pair + side, |lanes| hasher.sign_shingles(&set, lanes));
            }
        }
        let found = banding.candidates(&signatures, BUCKET_LIMIT).expect("lanes suffice");
        let true_pairs = found.pairs.iter().filter(|(a, b)| a / 2 == b / 2).count();
        assert_eq!(found.pairs.len(), true_pairs, "unrelated sets agree in no band");
        let expected = banding.probability(jaccard);
        let share = true_pairs as f64 / f64::from(pairs);
        let chance = (expected * (1.0 - expected) / f64::from(pairs)).sqrt();
        println!("J {jaccard:.3}: found {share:.3}, S-curve {expected:.3}");
        assert!((share - expected).abs() < 0.02 + 3.0 * chance, "J {jaccard}: {share} {expected}");
    }
}
