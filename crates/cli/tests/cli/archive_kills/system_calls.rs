//! Runs a command under the eyes of this process, which counts the system calls that write, and
//! decides at one of them how the command goes on.

use std::collections::HashMap;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::libc::{self, c_long, user_regs_struct};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// What becomes of a command at a call.
#[derive(Debug, Clone, Copy)]
pub enum Fate {
    /// It is killed before the call.
    Killed,
    /// This call and all later ones that write to files fail with that error.
    Fails(Errno),
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status; nothing if it was killed.
    pub status: Option<i32>,
    /// Calls that write, up to the end: name and what each is about.
    pub calls: Vec<String>,
    /// The call at which its fate came: name and what it is about; empty if it never came.
    pub call: String,
}

/// Calls that change what is on the disk or in an output, with the argument that says which file.
const WRITES: [(c_long, &str); 17] = [
    (libc::SYS_write, "write"),
    (libc::SYS_pwrite64, "pwrite"),
    (libc::SYS_writev, "writev"),
    (libc::SYS_pwritev, "pwritev"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_fdatasync, "fdatasync"),
    (libc::SYS_ftruncate, "ftruncate"),
    (libc::SYS_fallocate, "fallocate"),
    (libc::SYS_open, "open"),
    (libc::SYS_openat, "openat"),
    (libc::SYS_mkdir, "mkdir"),
    (libc::SYS_rename, "rename"),
    (libc::SYS_renameat2, "renameat2"),
    (libc::SYS_link, "link"),
    (libc::SYS_unlink, "unlink"),
    (libc::SYS_unlinkat, "unlinkat"),
    (libc::SYS_rmdir, "rmdir"),
];

/// Runs a command to its end, which comes at the call of that number (from 0), if there is one.
/// Nothing if the system does not let one process look at another.
pub fn run_to(command: &Command, call: usize, fate: Fate) -> io::Result<Option<Ended>> {
    let mut stopped = Command::new("sh");
    // It waits to be looked at, and is the command from then on.
    stopped.args(["-c", "kill -STOP $$; exec \"$0\" \"$@\""]).arg(command.get_program());
    stopped.args(command.get_args()).stdin(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command.get_current_dir().map(|folder| stopped.current_dir(folder));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => stopped.env(name, value),
            None => stopped.env_remove(name),
        };
    }
    let out = command.get_current_dir().expect("a folder").join("reported");
    let child = stopped.stdout(std::fs::File::create(out)?).spawn()?;
    let pid = Pid::from_raw(child.id().cast_signed());
    waitpid(pid, Some(WaitPidFlag::WUNTRACED))?;
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    if let Err(refused) = ptrace::seize(pid, options) {
        kill(pid, Signal::SIGKILL)?;
        waitpid(pid, None)?;
        return if refused == Errno::EPERM { Ok(None) } else { Err(refused.into()) };
    }
    kill(pid, Signal::SIGCONT)?;
    let mut run = Run { pid, at: call, fate, failing: HashMap::new(), is_begun: false };
    Ok(Some(run.until_it_ends()?))
}

/// A command that is looked at.
struct Run {
    pid: Pid,
    at: usize,
    fate: Fate,
    /// Threads in a call that is left out, and what it gives instead.
    failing: HashMap<Pid, Errno>,
    /// Whether it is the command by now.
    is_begun: bool,
}

impl Run {
    fn until_it_ends(&mut self) -> io::Result<Ended> {
        let mut ended = Ended { status: None, calls: Vec::new(), call: String::new() };
        let group = Pid::from_raw(-self.pid.as_raw());
        loop {
            let goes_on = match waitpid(group, Some(WaitPidFlag::__WALL)) {
                Ok(WaitStatus::PtraceSyscall(thread)) => {
                    self.look(thread, &mut ended).and_then(|()| ptrace::syscall(thread, None))
                }
                Ok(WaitStatus::PtraceEvent(thread, _, event)) => {
                    self.is_begun |= event == libc::PTRACE_EVENT_EXEC;
                    ptrace::syscall(thread, None)
                }
                Ok(WaitStatus::Stopped(thread, signal)) => ptrace::syscall(thread, signal),
                Ok(WaitStatus::Exited(thread, status)) => {
                    if thread == self.pid {
                        ended.status = Some(status);
                    }
                    Ok(())
                }
                Ok(_) | Err(Errno::EINTR) => Ok(()),
                Err(Errno::ECHILD) => return Ok(ended),
                Err(error) => return Err(error.into()),
            };
            // A thread that was just killed.
            if let Err(error) = goes_on
                && error != Errno::ESRCH
            {
                return Err(error.into());
            }
        }
    }

    /// Looks at a thread that begins or ends a call.
    fn look(&mut self, thread: Pid, ended: &mut Ended) -> nix::Result<()> {
        let mut registers = ptrace::getregs(thread)?;
        if let Some(error) = self.failing.remove(&thread) {
            registers.rax = (-i64::from(error as i32)).cast_unsigned();
            return ptrace::setregs(thread, registers);
        }
        // What a call gives until it has begun.
        let begins = registers.rax.cast_signed() == -i64::from(libc::ENOSYS);
        let Some(name) = name_of(&registers).filter(|_| begins && self.is_begun) else {
            return Ok(());
        };
        let number = ended.calls.len();
        ended.calls.push(format!("{name} {}", file_of(thread, &registers)));
        if number == self.at {
            ended.call.clone_from(&ended.calls[number]);
        }
        match self.fate {
            Fate::Killed if number == self.at => kill(self.pid, Signal::SIGKILL),
            Fate::Fails(error) if number >= self.at && is_of_file(&registers, error) => {
                registers.orig_rax = u64::MAX;
                self.failing.insert(thread, error);
                ptrace::setregs(thread, registers)
            }
            _ => Ok(()),
        }
    }
}

/// The name of a call that writes.
fn name_of(registers: &user_regs_struct) -> Option<&'static str> {
    let call = registers.orig_rax.cast_signed();
    let creates = |flags: u64| flags & libc::O_CREAT as u64 != 0;
    let (_, name) = WRITES.iter().find(|(of, _)| *of == call)?;
    match *name {
        "open" => creates(registers.rsi).then_some(name),
        "openat" => creates(registers.rdx).then_some(name),
        _ => Some(name),
    }
}

/// The file that a call is about, where it is open.
fn file_of(thread: Pid, registers: &user_regs_struct) -> String {
    let link = format!("/proc/{thread}/fd/{}", registers.rdi);
    std::fs::read_link(link).map_or_else(|_| String::new(), |path| path.display().to_string())
}

/// Whether a call may fail with that error: not what a command says, and what is removed needs no
/// room.
fn is_of_file(registers: &user_regs_struct, error: Errno) -> bool {
    let call = registers.orig_rax.cast_signed();
    let removes = [libc::SYS_unlink, libc::SYS_unlinkat, libc::SYS_rmdir, libc::SYS_rename];
    let is_open = [libc::SYS_write, libc::SYS_writev].contains(&call);
    let is_output = is_open && registers.rdi <= 2;
    !is_output && (error != Errno::ENOSPC || !removes.contains(&call))
}
