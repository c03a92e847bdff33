// SPDX-License-Identifier: Apache-2.0

/// A request and its response, in as many messages as their bodies need. Confined to the client's loop once it is started.
///
/// Each answer sends what comes next right from libcoap's callback: no task is woken before the response is whole.
final class ClientTransfer: @unchecked Sendable {
    // Sendable: handed by one task to the client's loop, which alone uses it from then on, but for the Echo, which has a lock.
    typealias Completion = (Result<Response, CoAPError>) -> Void

    /// How often a changing resource is begun anew before that is an error.
    static let maximumRestarts = 3

    let connection: ClientConnection
    let request: Request
    let isConfirmable: Bool
    let timeout: Duration

    /// Where a body is streamed to; nil collects it.
    var sink: ResponseBuffer?
    /// Told of the response before its body, when that is streamed.
    var head: Completion?
    /// The one block of a streamed body that the request carries, and the body's size; nil for a whole request.
    var part: (block: BlockOption, total: Int?)?
    /// Told how far the body is.
    var progress: (@Sendable (TransferProgress) -> Void)?

    /// What to send of the request's body; nil when it fits one message.
    var upload: BlockUpload?
    var download: BlockDownload?
    /// The first response, which the body is put into.
    var response: Response?
    var requestTag: [UInt8]?
    /// Compares the response's body with its digest; nil when none was asked for.
    var digest: ResponseDigest?

    /// True while so many messages wait on the session that none is sent ahead of its time.
    var mustHold: Bool { !underWay.isEmpty && connection.isFull != nil }

    private var completion: Completion?
    private var underWay: [PendingRequest] = []
    /// What the server wants to hear with each message, once it has said so (RFC 9175 §2.3).
    ///
    /// The one thing that streamed uploads read off the loop, for the transfer of their next block.
    var echo: [UInt8]? {
        get { knownEcho.withLock { $0 } }
        set { knownEcho.withLock { $0 = newValue } }
    }
    private let knownEcho = Locked<[UInt8]?>(nil)
    /// Counts beginnings: answers to what was sent before do not count.
    private var generation = 0
    private(set) var restarts = 0
    private(set) var isDone = false

    var configuration: ClientConfiguration { connection.configuration }

    init(_ request: Request, on connection: ClientConnection, confirmable: Bool = true, timeout: Duration? = nil) {
        self.request = request
        self.connection = connection
        isConfirmable = confirmable
        self.timeout = timeout ?? connection.configuration.requestTimeout
        digest = ResponseDigest(to: request, keys: connection.configuration.digestKeys)
    }

    /// True when the caller does the blocks alone.
    var isRaw: Bool { request.options.contains(.block1) || request.options.contains(.block2) }

    /// Sends the request.
    func start(_ completion: @escaping Completion) {
        guard take(completion) else { return }
        if isRaw { return send(request, isRaw: true) { [self] in finish($0) } }
        guard let part else { return begin() }
        var message = request
        mark(&message, part.block, total: part.total)
        send(message) { [self] in finish($0) }
    }

    /// Fetches the rest of a response whose first block is there.
    func start(behind response: Response, _ completion: @escaping Completion) {
        guard take(completion) else { return }
        received(response)
    }

    /// Notes whom to tell of the end; false when it was cancelled before.
    private func take(_ completion: @escaping Completion) -> Bool {
        connection.core.loop.preconditionOnLoop()
        guard isDone else {
            self.completion = completion
            return true
        }
        head?(.failure(ClientConnection.cancelled))
        head = nil
        completion(.failure(ClientConnection.cancelled))
        return false
    }

    /// Gives it up.
    func cancel() {
        connection.core.loop.preconditionOnLoop()
        finish(.failure(ClientConnection.cancelled))
    }

    // MARK: The way of a request

    private func begin(isRepeated: Bool = false) {
        upload = Self.upload(of: request, configuration, isSecure: !connection.target.isPlain, echo: echo)
        guard upload == nil else { return sendBlock(isRepeated: isRepeated) }
        var first = request
        if isNegotiated { first.options.block2 = BlockOption(number: 0, size: configuration.blockSize) }
        send(first, isRepeated: isRepeated) { [self] result in
            guard case .success(let response) = result else { return finish(result) }
            if response.code == .requestEntityTooLarge, let block = response.options.block1,
                block.size < request.payload.count
            {
                upload = BlockUpload(size: min(block.size, configuration.blockSize), mayRestart: request.mayBeRepeated)
                return sendBlock()
            }
            received(response, isNegotiated: isNegotiated)
        }
    }

    /// True when the response's blocks are asked for in a size from the first on.
    var isNegotiated: Bool {
        configuration.blockSize < 1024 && (request.method == .get || request.method == .fetch) && upload == nil
    }

    /// Begins anew with a resource that changed, unless that would change something, was done often enough, or somebody reads
    /// what came already.
    func restart() {
        let reads = request.method == .get || request.method == .fetch
        // A body that was streamed is gone.
        let isWhole = upload == nil || !request.payload.isEmpty
        guard reads, isWhole, restarts < Self.maximumRestarts, sink == nil else {
            return finish(.failure(reads ? BlockFailure.changed : BlockFailure.responseLost))
        }
        restarts += 1
        generation += 1
        // Before messages end, behind each of which the next block would be asked for.
        (upload, download, response, requestTag) = (nil, nil, nil, nil)
        // What was not sent yet need not be.
        for message in underWay where message.link == nil { connection.cancel(message) }
        begin()
    }

    // MARK: One message

    /// Sends one message, and a second time with what the server challenges it to send back (RFC 9175 §2.3).
    func send(_ message: Request, isRaw: Bool = false, isRepeated: Bool = false, _ then: @escaping Completion) {
        var outgoing = message
        if let echo { outgoing.options.echo = echo }
        let pending = PendingRequest(outgoing, confirmable: isConfirmable, timeout: timeout)
        underWay.append(pending)
        connection.send(pending) { [self, generation] result in
            if let index = underWay.firstIndex(where: { $0 === pending }) { underWay.remove(at: index) }
            guard !isDone else { return }
            // It may have kept others from being sent.
            guard generation == self.generation else { return ask() }
            if !isRaw, !isRepeated, case .success(let response) = result, let challenge = response.challenge {
                let isFirst = echo == nil
                echo = challenge
                // The beginning once more, since what goes beside the blocks has grown.
                if isFirst, part == nil, download == nil, upload?.offset ?? 0 == 0 { return begin(isRepeated: true) }
                return send(message, isRepeated: true, then)
            }
            then(result)
        }
    }

    /// Ends it.
    func finish(_ result: Result<Response, CoAPError>) {
        guard !isDone else { return }
        isDone = true
        // Answers to blocks behind the end may come for a while; only what was given up is taken back.
        let open = underWay
        underWay.removeAll()
        let isFailure = if case .failure = result { true } else { false }
        // What waits first: it would be sent in the place of what was.
        for message in open where message.link == nil { connection.cancel(message) }
        if isFailure { for message in open { connection.cancel(message) } }
        // What is still under way must not keep the body, nor a stream itself.
        (download, response, sink) = (nil, nil, nil)
        let completion = completion
        self.completion = nil
        head?(result)
        head = nil
        completion?(result)
    }
}
