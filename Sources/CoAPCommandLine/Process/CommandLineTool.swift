// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import Dispatch
import Foundation

/// Runs a tool: takes the arguments, runs the command, says what went wrong, ends with the right code.
public enum CommandLineTool {
    /// The version all tools report.
    static let version = "0.1.0"

    /// Runs a command and ends the process.
    ///
    /// - Parameters:
    ///   - command: the command's type.
    ///   - handlesInterrupts: false for commands that see to SIGINT themselves.
    public static func run(_ command: (some ParsableCommand).Type, handlesInterrupts: Bool = true) async -> Never {
        let arguments = ArgumentSecrecy.takeArguments()
        // A reader that goes away is an error of the write and no reason to die.
        signal(SIGPIPE, SIG_IGN)
        let task = Task { await Self.status(of: command, arguments) }
        let interrupts = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        if handlesInterrupts {
            signal(SIGINT, SIG_IGN)
            let presses = Locked(0)
            interrupts.setEventHandler {
                let count = presses.withLock { count in
                    count += 1
                    return count
                }
                // Once lets sessions be closed, twice does not wait for it.
                if count > 1 { _exit(ExitStatus.interrupted) }
                task.cancel()
            }
            interrupts.resume()
        }
        let exitCode = await task.value
        fflush(nil)
        exit(exitCode)
    }

    private static func status(of command: (some ParsableCommand).Type, _ arguments: [String]) async -> Int32 {
        do {
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
            Terminal.complain("interrupted before the response came")
            return ExitStatus.interrupted
        } catch let error as CoAPError {
            Terminal.complain(error.code == .cancelled ? "interrupted" : error.description)
            return ExitStatus.status(of: error)
        } catch let error as OutputError {
            Terminal.complain(error.message)
            return ExitStatus.cannotCreate
        } catch is CancellationError {
            Terminal.complain("interrupted")
            return ExitStatus.interrupted
        } catch {
            let message = command.fullMessage(for: error)
            let status = command.exitCode(for: error).rawValue
            if status == 0 { Terminal.write(message + "\n") } else { Terminal.writeError(message + "\n") }
            return status
        }
    }
}
