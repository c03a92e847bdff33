// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import Dispatch
import Foundation

/// Runs a tool: takes the arguments, runs the command, says what went wrong, ends with the right code.
public enum CommandLineTool {
    /// The version all tools report.
    static let version = "0.1.0"

    /// How long a command may take to end after it was told to: to close its session, and no more.
    private static let grace = DispatchTimeInterval.seconds(1)

    /// Runs a command and ends the process. To be called first, from the main thread.
    ///
    /// - Parameters:
    ///   - command: the command's type.
    ///   - isService: true for a command that serves until it is asked to stop: that is its usual end, may take its time, and
    ///     comes at once with a second signal; SIGHUP does not end it. Others are cut short by SIGINT, SIGTERM and SIGHUP.
    public static func run(_ command: (some ParsableCommand).Type, isService: Bool = false) -> Never {
        StandardStreams.fill()
        // A reader that goes away is an error of the write and no reason to die.
        signal(SIGPIPE, SIG_IGN)
        // With nohup the tool goes on when its terminal is closed.
        let hangUp = isService || StopSignals.isIgnored(SIGHUP) ? [] : [SIGHUP]
        let signals = StopSignals([SIGINT, SIGTERM] + hangUp)
        // A service reads its files again at that.
        let hangUps = isService ? HangUpSignal.listen() : []
        let taken = Result { () throws(CoAPError) in try ArgumentSecrecy.takeArguments() }
        let task = Task { await Self.status(of: command, taken) }
        let isAgain = Locked(false)
        let sources = signals.deliver { signal in
            stopSignal.withLock { $0 = $0 ?? signal }
            task.cancel()
            if isService || takesTime.withLock({ $0 }) {
                if isAgain.withLock({ again in
                    defer { again = true }
                    return again
                }) {
                    LastActs.ofProcess.run()
                    _exit(128 + signal)
                }
            } else {
                // Reading the standard input and looking up a host cannot be cancelled.
                DispatchQueue.global().asyncAfter(deadline: .now() + grace) {
                    LastActs.ofProcess.run()
                    // A terminal that somebody has stopped takes nothing, and must not keep the process.
                    let last = LastActs()
                    _ = last.add { Self.sayInterrupted() }
                    last.run()
                    _exit(Self.interrupted)
                }
            }
        }
        Task {
            let exitCode = await task.value
            withExtendedLifetime((sources, hangUps)) {
                fflush(nil)
                exit(exitCode)
            }
        }
        dispatchMain()
    }

    /// Says so once: the command's end and the end of its grace may fall together.
    private static func sayInterrupted() {
        let isFirst = hasSaidInterrupted.withLock { said in
            defer { said = true }
            return !said
        }
        if isFirst { Terminal.complain("interrupted") }
    }

    private static let hasSaidInterrupted = Locked(false)

    /// The first signal that asked the tool to stop.
    private static let stopSignal = Locked<Int32?>(nil)

    /// Lets the running command take its time to end when it is told to, as a service may; a second signal ends it at once.
    static func takeTime() { takesTime.withLock { $0 = true } }

    private static let takesTime = Locked(false)

    /// True when somebody else than the person at the terminal stops the tool: by SIGTERM or SIGHUP.
    static var isStoppedFromOutside: Bool { stopSignal.withLock { $0.map { $0 != SIGINT } ?? false } }

    /// The exit code of a command that was cut short: as a shell has it for the signal.
    private static var interrupted: Int32 { stopSignal.withLock { $0.map { 128 + $0 } } ?? ExitStatus.interrupted }

    private static func status(
        of command: (some ParsableCommand).Type, _ taken: Result<[String], CoAPError>
    ) async -> Int32 {
        do {
            let arguments = try taken.get()
            if let verb = HelpPage.unknownVerb(of: command, arguments) {
                throw CoAPError(
                    .invalidArgument,
                    "there is no command '\(PrintableText.escaped(verb.utf8))'; see \(command.configuration.commandName ?? "coap") --help"
                )
            }
            var parsed = try command.parseAsRoot(arguments)
            if var asynchronous = parsed as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try parsed.run()
            }
            return 0
        } catch let finished as Finished {
            return finished.status
        } catch let error as CoAPError where error.code == .cancelled {
            sayInterrupted()
            return interrupted
        } catch let error as CoAPError {
            Terminal.complain(error.description)
            return ExitStatus.status(of: error)
        } catch let error as OutputError {
            Terminal.complain(error.message)
            return error.status
        } catch is CancellationError {
            sayInterrupted()
            return interrupted
        } catch {
            return Self.status(of: command, error, (try? taken.get()) ?? [])
        }
    }

    /// What the argument parser has to say: a help page, the version, or what is wrong on one line.
    private static func status(
        of command: (some ParsableCommand).Type, _ error: any Error, _ arguments: [String]
    ) -> Int32 {
        let status = command.exitCode(for: error).rawValue
        if status == 0 {
            do {
                try Terminal.write(HelpPage.text(command.fullMessage(for: error), command: command, arguments) + "\n")
                return status
            } catch {
                Terminal.complain(error.message)
                return error.status
            }
        }
        Terminal.complain(
            UsageMessage.text(for: command.message(for: error), command: command, arguments: arguments))
        return status
    }
}
