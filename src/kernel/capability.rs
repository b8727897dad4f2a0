//! Tokens of capability: proof, in the type, that this processor has an instruction set.
//!
//! Tokens are obtained from [`Kernel::capability`] only, which detects what the processor has. So
//! code that has a token may run what is compiled for its instruction set, and a call that needs
//! nothing else is safe. Only this module has to give that reason: for [`Avx2::run`] and
//! [`Avx512::run`], and for the macros [`avx2`] and [`avx512`].

use super::Kernel;
use crate::Error;
use crate::error::Field;

/// Plain Rust, which every processor runs: this needs no proof.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalar;

/// AVX2, BMI1, BMI2 and POPCNT.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2(());

/// AVX-512 F, BW, CD, DQ, VL, VBMI and VBMI2, and what [`Avx2`] has.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(());

/// The token of a [`Kernel`] that this processor can run, for [`dispatch`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Capability {
    Scalar(Scalar),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl Kernel {
    /// Proof that this processor can run the kernel; `None` where it cannot.
    #[inline]
    pub(crate) fn capability(self) -> Option<Capability> {
        if !self.is_available() {
            return None;
        }
        match self {
            Self::Scalar => Some(Capability::Scalar(Scalar)),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Some(Capability::Avx2(Avx2(()))),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Some(Capability::Avx512(Avx512(()))),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => None,
        }
    }

    /// Proof that this processor can run the kernel; an error where it cannot.
    pub(crate) fn require(self) -> Result<Capability, Error> {
        self.capability().ok_or_else(|| Error::OutOfRange {
            field: Field::Kernel,
            found: self.to_string(),
            expected: "one that this processor can run",
        })
    }

    /// Proof that this processor can run the kernel. Panics where it cannot.
    #[inline]
    pub(crate) fn expect_capability(self) -> Capability {
        self.capability().unwrap_or_else(|| panic!("this processor has no {self}"))
    }
}

impl Capability {
    /// Of every kernel that this processor can run.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Kernel::ALL.into_iter().filter_map(Kernel::capability)
    }

    /// The kernel that it is the proof of.
    pub(crate) fn kernel(self) -> Kernel {
        match self {
            Self::Scalar(_) => Kernel::Scalar,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Kernel::Avx2,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => Kernel::Avx512,
        }
    }
}

/// Defines what a token is for: `run`, and a macro for single calls, which use the same features.
#[cfg(target_arch = "x86_64")]
macro_rules! instruction_set {
    ($token:ident, $call:ident, $features:literal, $d:tt) => {
        impl $token {
            /// Runs `work` compiled for this instruction set, as far as it is inlined.
            #[inline(always)]
            pub(crate) fn run<R>(self, work: impl FnOnce() -> R) -> R {
                #[target_feature(enable = $features)]
                fn compiled<R>(work: impl FnOnce() -> R) -> R {
                    work()
                }
                // SAFETY: the token is proof that the processor has the features.
                unsafe { compiled(work) }
            }
        }

        /// Calls a function that needs this instruction set, and is safe otherwise, given the
        /// token: `call!(token, function, arguments)`.
        macro_rules! $call {
            // Gives each argument a name of its own, by hygiene, and then calls.
            (@call $d function:path; [$d($d name:ident = $d value:expr;)*]) => {{
                // Never called: compiles only if the function is safe within the instruction set.
                #[target_feature(enable = $features)]
                fn _is_safe() {
                    let _ = |$d($d name),*| $d function($d($d name),*);
                }
                $d(let $d name = $d value;)*
                // SAFETY: the token is proof that the processor has the features, and beside these
                // the function needs nothing, as checked above.
                unsafe { $d function($d($d name),*) }
            }};
            (@call $d function:path; [$d($d done:tt)*] $d next:expr $d(, $d rest:expr)*) => {
                $call!(@call $d function; [$d($d done)* argument = $d next;] $d($d rest),*)
            };
            ($d proof:expr, $d function:path $d(, $d argument:expr)*) => {{
                let _: $crate::kernel::capability::$token = $d proof;
                $call!(@call $d function; [] $d($d argument),*)
            }};
        }
        pub(crate) use $call;
    };
}

#[cfg(target_arch = "x86_64")]
instruction_set!(Avx2, avx2, "avx2,bmi1,bmi2,popcnt", $);
#[cfg(target_arch = "x86_64")]
instruction_set!(
    Avx512,
    avx512,
    "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,avx512vbmi2",
    $
);

/// Evaluates an expression compiled for the instruction set of a [`Capability`]:
/// `dispatch!(capability, token => expression)`, in which `token` names the token. What the
/// expression calls is compiled for the instruction set only if it is inlined, so it has to be
/// `#[inline(always)]`.
macro_rules! dispatch {
    ($capability:expr, $token:ident => $work:expr) => {
        match $capability {
            $crate::kernel::capability::Capability::Scalar($token) => $work,
            #[cfg(target_arch = "x86_64")]
            $crate::kernel::capability::Capability::Avx2($token) => $token.run(
                #[inline(always)]
                || $work,
            ),
            #[cfg(target_arch = "x86_64")]
            $crate::kernel::capability::Capability::Avx512($token) => $token.run(
                #[inline(always)]
                || $work,
            ),
        }
    };
}
pub(crate) use dispatch;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_available_kernels_have_a_capability() {
        for kernel in Kernel::ALL {
            let proven = kernel.capability().map(Capability::kernel);
            assert_eq!(proven, kernel.is_available().then_some(kernel));
            assert_eq!(kernel.require().is_ok(), kernel.is_available());
        }
        let proven: Vec<Kernel> = Capability::all().map(Capability::kernel).collect();
        assert_eq!(proven.last(), Some(&Kernel::detect()));
    }

    #[test]
    fn every_kernel_is_dispatched_to_its_own_token() {
        let mut done = 0;
        for capability in Capability::all() {
            let name = dispatch!(capability, token => {
                done += 1;
                format!("{token:?}")
            });
            assert!(name.to_lowercase().starts_with(capability.kernel().name()), "{name}");
        }
        assert_eq!(done, Capability::all().count());
    }
}
