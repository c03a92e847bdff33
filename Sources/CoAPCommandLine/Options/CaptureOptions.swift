// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// Files for Wireshark: dangerous, and so off until they are asked for, and loud.
struct CaptureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Record the secrets of each DTLS session in this new file, for Wireshark (NSS key log). Who has it reads along.",
            valueName: "file"), completion: .file())
    var keylog: String?

    @Option(
        help: ArgumentHelp("Record every datagram in this new file, for Wireshark (pcap).", valueName: "file"),
        completion: .file())
    var pcap: String?

    /// Makes the files and warns on the standard error; nil when there is nothing to record.
    ///
    /// - Throws: ``OutputError`` for a file that cannot be made, `CoAPError` with code `invalidArgument` for one that is both.
    func start() throws -> Capture? {
        guard keylog != nil || pcap != nil else { return nil }
        for (name, path) in [("--keylog", keylog), ("--pcap", pcap)] where path == "" || path == "-" {
            throw CoAPError(.invalidArgument, "\(name) takes the name of a new file")
        }
        guard keylog != pcap else {
            throw CoAPError(.invalidArgument, "--keylog and --pcap write different things: name two files")
        }
        do throws(CoAPError) {
            let capture = try Capture(keyLog: keylog, packets: pcap)
            Terminal.complain("WARNING: \(capture.warning)")
            return capture
        } catch {
            throw OutputError(message: error.description, status: ExitStatus.cannotCreate)
        }
    }
}
