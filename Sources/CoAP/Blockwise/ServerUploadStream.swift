// SPDX-License-Identifier: Apache-2.0

/// A handler that reads a body while it comes, and the requests that wait for it.
final class ServerUploadStream: @unchecked Sendable {
    // Sendable: every use is on the server's loop, but for the body's, which has a lock.

    /// A block that came.
    struct Block {
        /// Its bytes; nil when they came before and their answer is still awaited.
        let piece: [UInt8]?
        /// Where it ends in the body.
        let end: Int
        let isFirst: Bool
        let isLast: Bool
    }

    let body = RequestBody()
    var task: Task<Void, Never>?
    /// The handler's response.
    var response: Response?
    /// Compares the body with its digest; nil without one.
    var hasher: BodyHasher?
    /// The answer to a body that does not match, whatever the handler says.
    var refusal: Response?
    /// True while the handler counts among the server's requests.
    var isCounted = false
    /// The requests that are not answered yet, in order, and where their blocks end; as many as a peer may have under way.
    private var waiting: [(end: Int, exchange: ServerExchange)] = []

    /// The newest request that waits.
    var last: ServerExchange? { waiting.last?.exchange }

    /// True when the answer to a block is still to come.
    func awaits(_ end: Int) -> Bool { waiting.contains { $0.end == end } }

    /// A request waits until its block was read.
    func wait(_ exchange: ServerExchange, until end: Int) { waiting.append((end, exchange)) }

    /// Takes out the requests whose blocks were read; all of them by default.
    func answered(to end: Int = .max) -> [ServerExchange] {
        let answered = waiting.filter { $0.end <= end }
        waiting.removeAll { $0.end <= end }
        return answered.map(\.exchange)
    }
}
