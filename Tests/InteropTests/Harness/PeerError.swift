// SPDX-License-Identifier: Apache-2.0

/// Why a test could not have another program do what it should.
enum PeerError: Error, CustomStringConvertible {
    /// The program is not installed.
    case missing(String)
    /// The deadline passed.
    case late(waitingFor: String, transcript: String)
    /// It ended without printing what was waited for.
    case ended(waitingFor: String, transcript: String)
    /// Anything else a helper of the tests found.
    case failed(String)

    var description: String {
        switch self {
        case .missing(let name):
            "\(name) is not installed: run 'make setup-test', or set \(Peer.skipVariable)=1 to skip its tests"
        case .late(let awaited, let transcript):
            "the deadline passed, waiting for \(awaited); until then:\n\(transcript)"
        case .ended(let awaited, let transcript): "it ended, waiting for \(awaited); it had printed:\n\(transcript)"
        case .failed(let what): what
        }
    }
}
