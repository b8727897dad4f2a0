//! The instruction sets that the SIMD kernels are written for.
//!
//! [`Kernel`] names one and says whether this processor has it.

// `capability` turns that into proof that the compiler checks; `vector` has the operations in which
// algorithms are written once for all instruction sets.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub(crate) mod capability;
pub(crate) mod vector;

use std::{fmt, str::FromStr, sync::OnceLock};

use crate::Error;
use crate::error::Field;

/// The instruction set that SIMD kernels use. All give bit-identical results and differ only in
/// speed.
///
/// [`Kernel::detect`] is the right choice outside tests and benches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kernel {
    /// Plain Rust, for every machine.
    Scalar,
    /// x86-64 with AVX2 and BMI (Haswell, Zen and later).
    Avx2,
    /// x86-64 with AVX-512 F, BW, CD, DQ, VL, VBMI and VBMI2 (Ice Lake, Zen 4 and later).
    Avx512,
}

impl Kernel {
    /// Every kernel, slowest first.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// The fastest kernel that this machine can run. Detected once and then remembered.
    pub fn detect() -> Self {
        static FASTEST: OnceLock<Kernel> = OnceLock::new();
        *FASTEST.get_or_init(|| {
            let able = Self::ALL.into_iter().take_while(|kernel| kernel.has_features());
            able.last().unwrap_or(Self::Scalar)
        })
    }

    /// Whether this machine can run the kernel. If so, it can run all slower ones too.
    #[inline]
    pub fn is_available(self) -> bool {
        self <= Self::detect()
    }

    /// Whether the processor has the features that the kernel needs beside those of the slower
    /// ones.
    fn has_features(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("popcnt")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512cd")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vbmi")
                    && is_x86_feature_detected!("avx512vbmi2")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// An error where this machine cannot run the kernel.
    pub fn check(self) -> Result<(), Error> {
        self.require().map(|_| ())
    }

    /// The kernel's name, as [`FromStr`] reads it: `scalar`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kernel {
    type Err = Error;

    /// Reads a kernel's name. A kernel that this machine cannot run is an error too.
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|kernel| kernel.name() == name && kernel.is_available())
            .ok_or_else(|| Error::OutOfRange {
                field: Field::Kernel,
                found: name.to_owned(),
                expected: "scalar, avx2 or avx512, and known to this processor",
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
            assert_eq!(kernel.to_string().parse::<Kernel>().unwrap(), kernel);
        }
        assert!("sse9".parse::<Kernel>().is_err());
    }

    #[test]
    fn only_what_is_available_is_accepted() {
        for kernel in Kernel::ALL {
            assert_eq!(kernel.check().is_ok(), kernel.is_available());
        }
    }

    #[test]
    fn what_is_detected_is_available() {
        assert!(Kernel::detect().is_available());
    }
}
