//! The hot part of `retold.datasketch`: the hash functions of datasketch, value for value.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rayon::prelude::*;
use sha1::{Digest, Sha1};

use crate::errors;

/// How hash values are permuted.
#[derive(Debug, Clone)]
enum Scheme {
    /// `a * mix(h) + b` modulo 2^32.
    Affine32(Vec<u32>, Vec<u32>),
    /// The same modulo 2^64.
    Affine64(Vec<u64>, Vec<u64>),
    /// `(a * h + b) mod (2^61 - 1)`, the lower 32 bits, products cut to 64 bits.
    Legacy(Vec<u64>, Vec<u64>),
}

/// The permutations of a MinHash.
#[pyclass(module = "retold.datasketch", frozen)]
pub struct Permutations(Scheme);

fn words32(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|word| u32::from_ne_bytes(*word)).collect()
}

fn words64(bytes: &[u8]) -> Vec<u64> {
    bytes.as_chunks().0.iter().map(|word| u64::from_ne_bytes(*word)).collect()
}

#[pymethods]
impl Permutations {
    /// `a` and `b` as arrays of the scheme's words, in the machine's byte order.
    #[new]
    fn new(scheme: &str, a: &[u8], b: &[u8]) -> PyResult<Self> {
        if a.len() != b.len() {
            return Err(errors::setting("a and b must be of one length"));
        }
        Ok(Self(match scheme {
            "affine32" => Scheme::Affine32(words32(a), words32(b)),
            "affine64" => Scheme::Affine64(words64(a), words64(b)),
            "legacy" => Scheme::Legacy(words64(a), words64(b)),
            other => return Err(errors::setting(format!("there is no scheme {other:?}"))),
        }))
    }

    /// Hash values after these values of a set, hashed by SHA-1 as datasketch does.
    fn update<'py>(
        &self,
        py: Python<'py>,
        hashvalues: &[u8],
        values: Vec<Bound<'py, PyBytes>>,
    ) -> Bound<'py, PyBytes> {
        let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
        let lowered = py.detach(|| {
            let hashes = values.iter().map(|value| self.sha1(value));
            self.lower(hashvalues, hashes)
        });
        PyBytes::new(py, &lowered)
    }

    /// Hash values after values whose hashes are known.
    fn update_hashes<'py>(
        &self,
        py: Python<'py>,
        hashvalues: &[u8],
        hashes: Vec<u64>,
    ) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.lower(hashvalues, hashes.into_iter())))
    }

    /// [`update`](Self::update) for many sets at once, on all cores, each from the same hash values.
    fn bulk<'py>(
        &self,
        py: Python<'py>,
        hashvalues: &[u8],
        sets: Vec<Vec<Bound<'py, PyBytes>>>,
    ) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let sets: Vec<Vec<&[u8]>> =
            sets.iter().map(|set| set.iter().map(|value| value.as_bytes()).collect()).collect();
        let lowered = py.detach(|| {
            // A pool of its own: a global one would not survive a fork.
            let pool = rayon::ThreadPoolBuilder::new().build()?;
            let of =
                |set: &Vec<&[u8]>| self.lower(hashvalues, set.iter().map(|value| self.sha1(value)));
            Ok(pool.install(|| sets.par_iter().map(of).collect::<Vec<_>>()))
        });
        let lowered: Vec<Vec<u8>> =
            lowered.map_err(|error: rayon::ThreadPoolBuildError| errors::of(py, &error.into()))?;
        Ok(lowered.iter().map(|values| PyBytes::new(py, values)).collect())
    }
}

impl Permutations {
    fn sha1(&self, value: &[u8]) -> u64 {
        match self.0 {
            Scheme::Affine64(..) => sha1_64(value),
            _ => sha1_64(value) & 0xffff_ffff,
        }
    }

    fn lower(&self, hashvalues: &[u8], hashes: impl Iterator<Item = u64>) -> Vec<u8> {
        match &self.0 {
            Scheme::Affine32(a, b) => {
                let mut mins = words32(hashvalues);
                hashes.for_each(|hash| lower32(&mut mins, a, b, mix32(hash as u32)));
                mins.iter().flat_map(|min| min.to_ne_bytes()).collect()
            }
            Scheme::Affine64(a, b) => {
                let mut mins = words64(hashvalues);
                hashes.for_each(|hash| lower64(&mut mins, a, b, mix64(hash)));
                mins.iter().flat_map(|min| min.to_ne_bytes()).collect()
            }
            Scheme::Legacy(a, b) => {
                let mut mins = words64(hashvalues);
                hashes.for_each(|hash| lower_legacy(&mut mins, a, b, hash));
                mins.iter().flat_map(|min| min.to_ne_bytes()).collect()
            }
        }
    }
}

/// Lowers each minimum to the value that its permutation gives the hash. One element for each
/// permutation in all three.
fn lower32(mins: &mut [u32], a: &[u32], b: &[u32], hash: u32) {
    assert!(mins.len() == a.len() && mins.len() == b.len());
    for ((min, &a), &b) in mins.iter_mut().zip(a).zip(b) {
        *min = (*min).min(a.wrapping_mul(hash).wrapping_add(b));
    }
}

fn lower64(mins: &mut [u64], a: &[u64], b: &[u64], hash: u64) {
    assert!(mins.len() == a.len() && mins.len() == b.len());
    for ((min, &a), &b) in mins.iter_mut().zip(a).zip(b) {
        *min = (*min).min(a.wrapping_mul(hash).wrapping_add(b));
    }
}

fn lower_legacy(mins: &mut [u64], a: &[u64], b: &[u64], hash: u64) {
    const PRIME: u64 = (1 << 61) - 1;
    assert!(mins.len() == a.len() && mins.len() == b.len());
    for ((min, &a), &b) in mins.iter_mut().zip(a).zip(b) {
        let value = a.wrapping_mul(hash).wrapping_add(b) % PRIME;
        *min = (*min).min(value & 0xffff_ffff);
    }
}

/// The finalizers of MurmurHash3.
fn mix32(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

fn mix64(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ hash >> 33
}

/// The first eight bytes of the SHA-1 digest, little-endian.
fn sha1_64(value: &[u8]) -> u64 {
    let digest = Sha1::digest(value);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first)
}

/// The first eight bytes of each value's SHA-1 digest as a number, little-endian.
#[pyfunction]
pub fn sha1_hashes(values: Vec<Bound<'_, PyBytes>>) -> Vec<u64> {
    values.iter().map(|value| sha1_64(value.as_bytes())).collect()
}
