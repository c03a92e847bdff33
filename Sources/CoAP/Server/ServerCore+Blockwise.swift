// SPDX-License-Identifier: Apache-2.0

// Bodies of several blocks (RFC 7959).
extension ServerCore {
    /// What becomes of a request that has to do with blocks.
    enum BlockStep {
        /// Its body is whole: it is carried out.
        case carryOut
        /// It is answered at once.
        case answer(Response)
        /// The next block of a body that is read while it is sent.
        case read(ServerDownload, BlockOption)
        /// A handler reads the body while it comes.
        case stream(ServerUploadStream, piece: [UInt8], isFirst: Bool, isLast: Bool)
    }

    /// Takes what a request says of blocks; its payload is the whole body after `carryOut`.
    func takeBlocks(
        _ request: inout Request, _ received: inout ReceivedRequest, _ context: RequestContext, now: MonotonicTime
    ) -> BlockStep {
        let transfer = BlockwiseRequest(request.method, request.options)
        received.transfer = transfer
        if let block = transfer.block1 {
            if block.number > 0 || block.hasMore {
                return takeUpload(block, transfer, &request, &received, context, now: now)
            }
            received.block1 = block
        }
        return takeWhole(request, transfer, received, now: now)
    }

    /// A request whose body is here: the first block of its response, or one that is kept.
    private func takeWhole(
        _ request: Request, _ transfer: BlockwiseRequest, _ received: ReceivedRequest, now: MonotonicTime
    ) -> BlockStep {
        transfer.requestHash = Self.hash(request.payload)
        guard let wanted = transfer.block2, wanted.number > 0 else { return .carryOut }
        let hash = request.payload.isEmpty ? nil : transfer.requestHash
        let kept = received.session.transfers.download(transfer.key, requestHash: hash, at: now)
        guard let kept else {
            // Reading once more does no harm, and a changed body has another entity-tag.
            if request.method.isSafe { return .carryOut }
            return .answer(
                .diagnostic(
                    .requestEntityIncomplete, "the response is not kept any more: begin with the first block"))
        }
        guard let block = place(wanted, options: kept.options, received) else {
            return .answer(Response(.internalServerError))
        }
        if kept.stream != nil { return .read(kept, block) }
        return .answer(kept.response(block))
    }

    private static func hash(_ payload: [UInt8]) -> UInt64 { payload.isEmpty ? 0 : EntityTag.hash(payload) }

    // MARK: Uploads

    private func takeUpload(
        _ block: BlockOption, _ transfer: BlockwiseRequest, _ request: inout Request,
        _ received: inout ReceivedRequest,
        _ context: RequestContext, now: MonotonicTime
    ) -> BlockStep {
        let session = received.session
        let isFirst = block.number == 0
        var upload = take(transfer.key, session)
        // The first block once more: its answer was lost, or the client begins anew.
        if isFirst, let known = upload, !known.body.isFirst(request.payload) {
            giveUp(known)
            upload = nil
        }
        if isFirst, upload == nil {
            if let refusal = table.earlyRefusal(request, context) { return .answer(refusal) }
            let limit = table.uploadLimit(context, request.method)
            upload = ServerTransfers.Upload(
                key: transfer.key,
                body: ServerUpload(
                    limit: limit ?? max(0, configuration.maximumBodySize), preferredSize: preferredBlockSize,
                    keeps: limit == nil),
                stream: limit == nil ? nil : ServerUploadStream(), lastUsed: now)
        }
        var current =
            upload
            ?? ServerTransfers.Upload(
                key: transfer.key, body: ServerUpload(limit: 0, preferredSize: preferredBlockSize), lastUsed: now)
        let before = current.body.received
        let step = current.body.add(block, request.payload, total: request.options.size1)
        current.lastUsed = now
        let isNew = current.body.received > before || (isFirst && before == 0)
        // A client that does not wait for its answers would have the server hold the body.
        if isNew, let stream = current.stream, !stream.body.hasRoom {
            giveUp(current)
            received.block1 = block
            return .answer(.diagnostic(.requestEntityIncomplete, "wait for the answer to each block"))
        }
        switch step {
        case .refused(let response):
            giveUp(current)
            received.block1 = BlockOption(number: block.number, hasMore: block.hasMore, size: block.size)
            return .answer(response)
        case .more(let accepted):
            received.block1 = accepted
            if let stream = current.stream {
                if let response = stream.response { return .answer(response) }
                keep(current, session)
                // The same block again while its answer is awaited, or was lost.
                guard isNew else { return .answer(Response(.continue)) }
                return .stream(stream, piece: request.payload, isFirst: isFirst, isLast: false)
            }
            keep(current, session)
            return .answer(Response(.continue))
        case .whole(let accepted):
            received.block1 = accepted
            if let stream = current.stream {
                if let response = stream.response { return .answer(response) }
                return .stream(stream, piece: request.payload, isFirst: isFirst, isLast: true)
            }
            request.payload = current.body.bytes
            transfer.requestHash = Self.hash(request.payload)
            return .carryOut
        }
    }

    private func take(_ key: TransferKey, _ session: ServerSession) -> ServerTransfers.Upload? {
        var upload: ServerTransfers.Upload?
        change(session, \.transferBytes, \.transfers.byteCount) { upload = $0.transfers.takeUpload(key) }
        return upload
    }

    private func keep(_ upload: ServerTransfers.Upload, _ session: ServerSession) {
        var dropped: ServerTransfers.Upload?
        change(session, \.transferBytes, \.transfers.byteCount) {
            dropped = $0.transfers.put(upload, limit: max(1, configuration.maximumTransfersPerSession))
        }
        if let dropped { giveUp(dropped) }
        makeRoom()
    }

    /// An upload that will not be gone on with: whoever reads it hears of that.
    func giveUp(_ upload: ServerTransfers.Upload) {
        upload.stream?.body.fail(
            CoAPError(.closed, "the client did not send the rest of the body, or its session ended"))
        upload.stream?.task?.cancel()
    }

    /// Forgets the transfers that were not used for longest, when all together hold too much.
    func makeRoom() {
        let limit = max(1, configuration.maximumTransferMemory)
        guard transferBytes > limit else { return }
        // Down to nine tenths, so that looking through all sessions is rare.
        let byAge = sessions.values.compactMap { session in session.transfers.oldestUse.map { (session, $0) } }
            .sorted { $0.1 < $1.1 }
        for (session, _) in byAge {
            guard transferBytes > limit / 10 * 9 else { return }
            endTransfers(of: session, unusedSince: session.transfers.oldestUse ?? .now)
        }
        // One peer holds it all: everything of it but the newest goes.
        for (session, _) in byAge {
            while transferBytes > limit / 10 * 9, let oldest = session.transfers.oldestUse {
                endTransfers(of: session, unusedSince: oldest)
            }
        }
    }

    /// Ends what was not used since a moment.
    func endTransfers(of session: ServerSession, unusedSince moment: MonotonicTime) {
        var ended: [ServerTransfers.Upload] = []
        change(session, \.transferBytes, \.transfers.byteCount) { ended = $0.transfers.expire(unusedSince: moment) }
        for upload in ended { giveUp(upload) }
    }

    /// Hands a block to the handler that reads the body; the answer comes when it was read.
    func carryOn(
        _ stream: ServerUploadStream, _ piece: [UInt8], isFirst: Bool, isLast: Bool, _ request: Request,
        _ context: RequestContext, _ received: ReceivedRequest
    ) -> ServerExchange {
        let exchange = ServerExchange(received)
        stream.waiting = exchange
        stream.isWhole = isLast
        let core = self
        if isFirst {
            var context = context
            context.body = stream.body
            launch(request, context, upload: stream)
        }
        exchange.task = stream.task
        if exchange.inlineResponse == nil, stream.response == nil {
            stream.body.push(piece, isLast: isLast) {
                guard !isLast else { return }
                let done: @Sendable () -> Void = { core.complete(exchange, Response(.continue)) }
                if core.loop.isOnLoop { done() } else { core.loop.submit(done) }
            }
        }
        return exchange
    }

    private func launch(_ request: Request, _ context: RequestContext, upload: ServerUploadStream) {
        let core = self
        var request = request
        request.payload = []
        let head = request
        // Sendable: the stream belongs to the loop, on which this task's own steps run.
        nonisolated(unsafe) let upload = upload
        upload.task = Task.immediate(executorPreference: loop) { [table] in
            var response = await table.response(to: head, context)
            if response.stream != nil, let waiting = upload.waiting {
                response = await core.opened(response, waiting.request)
            }
            core.ended(upload, response)
        }
    }

    /// A handler that reads a body has answered, perhaps before the body's end.
    private func ended(_ upload: ServerUploadStream, _ response: Response) {
        loop.preconditionOnLoop()
        upload.response = response
        guard let waiting = upload.waiting else { return }
        complete(waiting, response)
    }

    // MARK: Downloads

    var preferredBlockSize: Int { min(max(configuration.preferredBlockSize, 16), 1024) }

    /// A notification as it is sent: the first block of a larger body, whose others the client asks for (RFC 7959 §2.6).
    func shaped(
        notification response: Response, to request: Request, _ token: Token, _ session: ServerSession
    ) -> Response {
        guard response.payload.count > preferredBlockSize, response.code.isSuccess else { return response }
        let transfer = BlockwiseRequest(request.method, request.options)
        var response = response
        tag(&response, transfer, session)
        return firstBlock(response, transfer, session, token, now: .now)
    }

    private func place(_ wanted: BlockOption?, options: Options, _ received: ReceivedRequest) -> BlockOption? {
        place(wanted, options: options, received.session, received.key.token)
    }

    private func place(
        _ wanted: BlockOption?, options: Options, _ session: ServerSession, _ token: Token
    ) -> BlockOption? {
        let room = session.handle.maximumMessageSize - Int(token.count)
        return ServerDownload.block(wanted, options: options, preferredSize: preferredBlockSize, room: room)
    }

    /// The response as the request's conditions and blocks ask for it: 2.03 for an entity-tag the client holds, one block of a
    /// larger body, Block1 where the request had it.
    func shaped(_ response: Response, _ received: ReceivedRequest, now: MonotonicTime) -> Response {
        var result = response
        if response.code.isSuccess, response.options.block2 == nil {
            let isBlock = response.payload.count > preferredBlockSize || received.transfer?.block2 != nil
            let transfer = received.transfer ?? BlockwiseRequest(received.key.method, received.options)
            if isBlock { tag(&result, transfer, received.session) }
            if let valid = validated(result, received) {
                result = valid
            } else if isBlock {
                result = firstBlock(result, transfer, received.session, received.key.token, now: now)
            }
        }
        if let block1 = received.block1, result.options.block1 == nil { result.options.block1 = block1 }
        return result
    }

    private func validated(_ response: Response, _ received: ReceivedRequest) -> Response? {
        guard response.code == .content, received.hasETag, let eTag = response.options.first(.eTag),
            received.options.all(.eTag).contains(eTag)
        else { return nil }
        var valid = Response(.valid)
        valid.options.eTags = [eTag]
        valid.options.maxAge = response.options.maxAge
        valid.options.observe = response.options.observe
        return valid
    }

    /// Gives a body of several blocks the entity-tag it needs.
    private func tag(_ response: inout Response, _ transfer: BlockwiseRequest, _ session: ServerSession) {
        guard response.payload.count > 16, !response.options.contains(.eTag) else { return }
        // The same bytes have the same tag without looking at all of them: a handler's constant is one buffer.
        let known = session.transfers.peek(transfer.key)
        let tag = known?.payload == response.payload ? known?.options.first(.eTag) : nil
        response.options.eTags = [tag ?? EntityTag.of(response.payload, response.contentFormat)]
    }

    private func firstBlock(
        _ response: Response, _ transfer: BlockwiseRequest, _ session: ServerSession, _ token: Token,
        now: MonotonicTime
    ) -> Response {
        let options = response.options
        var later = options
        later.observe = nil
        let download = ServerDownload(
            code: response.code, options: later, payload: response.payload, stream: nil,
            requestHash: transfer.requestHash)
        guard let block = place(transfer.block2, options: options, session, token) else { return response }
        var first = download.response(block)
        guard first.code.isSuccess else { return first }
        if let observe = response.options.observe { first.options.observe = observe }
        if first.options.block2?.hasMore == true { keep(download, transfer, session, now: now) }
        return first
    }

    private func keep(
        _ download: ServerDownload, _ transfer: BlockwiseRequest, _ session: ServerSession, now: MonotonicTime
    ) {
        change(session, \.transferBytes, \.transfers.byteCount) {
            $0.transfers.keep(
                download, for: transfer.key, at: now, limit: max(1, configuration.maximumTransfersPerSession))
        }
        makeRoom()
    }

    /// The first or wanted block of a response whose body is read while it is sent, as a response of its own.
    func opened(_ response: Response, _ received: ReceivedRequest) async -> Response {
        guard let stream = response.stream, response.code.isSuccess else { return response }
        loop.preconditionOnLoop()
        if let valid = validated(response, received) { return valid }
        let transfer = received.transfer ?? BlockwiseRequest(received.key.method, received.options)
        var options = response.options
        if options.first(.eTag) == nil { options.eTags = [EntityTag.unique()] }
        let download = ServerDownload(
            code: response.code, options: options, payload: [], stream: stream, requestHash: transfer.requestHash)
        guard let block = place(transfer.block2, options: options, received) else {
            return Response(.internalServerError)
        }
        let first = await read(download, block, route: received.route)
        if !received.session.isClosed, first.options.block2?.hasMore == true {
            keep(download, transfer, received.session, now: .now)
        }
        return first
    }

    /// A block of a body that is read while it is sent.
    func read(_ download: ServerDownload, _ block: BlockOption, route: String) async -> Response {
        guard let stream = download.stream else { return download.response(block) }
        do {
            // One byte more tells whether more follows.
            var part = try await stream.read(at: block.offset, stream.size == nil ? block.size + 1 : block.size)
            let hasMore = stream.size.map { block.offset + part.count < $0 } ?? (part.count > block.size)
            if part.count > block.size { part.removeLast(part.count - block.size) }
            guard !part.isEmpty || block.number == 0 else {
                return .diagnostic(.badRequest, "the body ends before byte \(block.offset)")
            }
            guard !hasMore || part.count == block.size else {
                table.limiter.warn(logger, .responseReplaced, route, "the body is shorter than its size")
                return Response(.internalServerError)
            }
            return download.response(block, part, hasMore: hasMore, total: stream.size)
        } catch let error as ResponseError {
            return error.response
        } catch {
            table.limiter.warn(logger, .handlerFailed, route, "\(error)")
            return Response(.internalServerError)
        }
    }
}
