// SPDX-License-Identifier: Apache-2.0

/// Decides which requests a handler may see, from the limits and what is under way. No I/O.
struct Admission {
    /// What is done with a request.
    enum Verdict: Equatable {
        /// It is carried out.
        case admit
        /// It is answered with an error.
        case refuse(Response)
        /// It is answered 5.03, and counted as not carried out for this reason.
        case turnAway(Response, reason: String)
        /// It is rejected without an answer (RFC 7252 §4.3).
        case ignore
    }

    /// What is under way.
    struct Load {
        var ofPeer = 0
        var inAll = 0
        var isStopping = false
    }

    private let perPeer: Int
    private let inAll: Int
    private let bodySize: Int

    init(_ configuration: ServerConfiguration) {
        perPeer = max(1, configuration.maximumRequestsPerSession)
        inAll = max(1, configuration.maximumRequests)
        bodySize = max(0, configuration.maximumBodySize)
    }

    /// Judges a request.
    func verdict(_ scan: OptionScan, _ type: MessageType, bodySize: Int, _ load: Load) -> Verdict {
        if load.isStopping || load.ofPeer >= perPeer || load.inAll >= inAll {
            // A peer's own doing is told from the server's (RFC 8516).
            let isItsOwn = !load.isStopping && load.ofPeer >= perPeer && load.inAll < inAll
            var refusal = Response.diagnostic(
                isItsOwn ? .tooManyRequests : .serviceUnavailable,
                load.isStopping
                    ? "stopping" : isItsOwn ? "\(perPeer) requests at once are the most" : "too many requests")
            refusal.options.maxAge = 5
            return .turnAway(refusal, reason: load.isStopping ? "stopping" : "overload")
        }
        if let refusal = scan.refusal {
            // RFC 7252 §5.4.1: a non-confirmable request with a bad critical option is rejected.
            return refusal.code == .badOption && type == .nonConfirmable ? .ignore : .refuse(refusal)
        }
        return bodySize > self.bodySize ? .refuse(tooLarge) : .admit
    }

    private var tooLarge: Response { ServerUpload.tooLarge(bodySize) }
}
