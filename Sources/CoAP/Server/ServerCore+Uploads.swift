// SPDX-License-Identifier: Apache-2.0

// Bodies of several blocks on their way in (RFC 7959 §2.5).
extension ServerCore {
    func takeUpload(
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
                stream: limit == nil ? nil : beginReading(), lastUsed: now)
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
        let end = block.offset + request.payload.count
        switch step {
        case .refused(let response):
            giveUp(current)
            received.block1 = block
            return .answer(response)
        case .more(let accepted):
            received.block1 = accepted
            if let stream = current.stream {
                if let response = stream.response { return .answer(response) }
                keep(current, session, now: now)
                // The same block again: its answer is awaited, or was lost.
                guard isNew || stream.awaits(end) else { return .answer(Response(.continue)) }
                let piece = isNew ? request.payload : nil
                return .stream(stream, .init(piece: piece, end: end, isFirst: isFirst && isNew, isLast: false))
            }
            keep(current, session, now: now)
            return .answer(Response(.continue))
        case .whole(let accepted):
            received.block1 = accepted
            if let stream = current.stream {
                if let response = stream.response { return .answer(response) }
                // From here on the request that waits counts; a stop goes on only behind that.
                uncount(stream)
                return .stream(stream, .init(piece: request.payload, end: end, isFirst: false, isLast: true))
            }
            request.payload = current.body.bytes
            transfer.requestHash = Self.hash(request.payload)
            return .carryOut
        }
    }

    /// Gives up the body that a request has a block of, if there is one.
    func abandonUpload(of request: Request, _ session: ServerSession) {
        guard request.options.contains(.block1) else { return }
        if let upload = take(TransferKey(request.method, request.options), session) { giveUp(upload) }
    }

    private func take(_ key: TransferKey, _ session: ServerSession) -> ServerTransfers.Upload? {
        var upload: ServerTransfers.Upload?
        change(session, \.transferBytes, \.transfers.byteCount) { upload = $0.transfers.takeUpload(key) }
        return upload
    }

    private func keep(_ upload: ServerTransfers.Upload, _ session: ServerSession, now: MonotonicTime) {
        var dropped: ServerTransfers.Upload?
        change(session, \.transferBytes, \.transfers.byteCount) {
            dropped = $0.transfers.put(upload, limit: max(1, configuration.maximumTransfersPerSession))
        }
        if let dropped { giveUp(dropped) }
        makeRoom(besides: now)
    }

    /// An upload that will not be gone on with: whoever reads it hears of that.
    func giveUp(_ upload: ServerTransfers.Upload) {
        guard let stream = upload.stream else { return }
        stream.body.fail(CoAPError(.closed, "the client did not send the rest of the body, or its session ended"))
        stream.task?.cancel()
        release(stream)
    }

    /// A handler that reads a body is about to begin; of too many the one not gone on with for longest is given up, so that
    /// nobody keeps others out by bodies that do not end.
    private func beginReading() -> ServerUploadStream {
        if readingCount >= max(1, configuration.maximumRequests / 2) {
            let idle = sessions.values.flatMap { session in
                session.transfers.uploads.filter { $0.stream?.isCounted == true }.map { (session, $0.key, $0.lastUsed) }
            }
            // A tenth of them, so that looking through all sessions is rare.
            for (session, key, _) in idle.sorted(by: { $0.2 < $1.2 }).prefix(max(1, readingCount / 10)) {
                if let upload = take(key, session) { giveUp(upload) }
            }
        }
        let stream = ServerUploadStream()
        stream.isCounted = true
        readingCount += 1
        return stream
    }

    /// A handler that reads a body counts among these no more.
    private func release(_ stream: ServerUploadStream) {
        uncount(stream)
        checkIdle()
    }

    private func uncount(_ stream: ServerUploadStream) {
        guard stream.isCounted else { return }
        stream.isCounted = false
        readingCount -= 1
    }

    /// Forgets the transfers that were not used for longest, when all together hold too much.
    ///
    /// - Parameter now: what was used at this moment stays.
    func makeRoom(besides now: MonotonicTime) {
        let limit = max(1, configuration.maximumTransferMemory)
        guard transferBytes > limit else { return }
        // Down to nine tenths, so that looking through all sessions is rare.
        let byAge = sessions.values.compactMap { session in session.transfers.oldestUse.map { (session, $0) } }
            .sorted { $0.1 < $1.1 }
        for (session, _) in byAge {
            guard transferBytes > limit / 10 * 9 else { return }
            if let oldest = session.transfers.oldestUse, oldest < now { endTransfers(of: session, unusedSince: oldest) }
        }
        // A few peers hold it all: everything of them goes but the newest.
        for (session, _) in byAge {
            while transferBytes > limit / 10 * 9, let oldest = session.transfers.oldestUse, oldest < now {
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
        _ stream: ServerUploadStream, _ block: ServerUploadStream.Block, _ request: Request, _ context: RequestContext,
        _ received: ReceivedRequest
    ) -> ServerExchange {
        let exchange = ServerExchange(received)
        stream.wait(exchange, until: block.end)
        if block.isFirst {
            stream.hasher = received.digest?.hasher()
            var context = context
            context.body = stream.body
            launch(request, context, upload: stream)
        }
        exchange.task = stream.task
        guard let piece = block.piece, exchange.inlineResponse == nil, stream.response == nil else { return exchange }
        let core = self
        let (end, isLast) = (block.end, block.isLast)
        guard check(piece, isLast: isLast, of: stream, received.digest) else { return exchange }
        // The body must not hold what holds it: a piece may never be read.
        stream.body.push(piece, isLast: isLast) { [weak stream] in
            guard !isLast, let stream else { return }
            let done: @Sendable () -> Void = {
                for exchange in stream.answered(to: end) { core.complete(exchange, Response(.continue)) }
            }
            if core.loop.isOnLoop { done() } else { core.loop.submit(done) }
        }
        return exchange
    }

    private func launch(_ request: Request, _ context: RequestContext, upload: ServerUploadStream) {
        let core = self
        var request = request
        request.payload = []
        let head = request
        upload.task = Task.immediate(executorPreference: loop) { [table] in
            var response = core.checked(await table.response(to: head, context), of: upload, context)
            if response.stream != nil, let waiting = upload.last {
                response = await core.opened(response, waiting.request)
            }
            core.ended(upload, response)
        }
    }

    /// A handler that reads a body has answered, perhaps before the body's end.
    private func ended(_ upload: ServerUploadStream, _ response: Response) {
        loop.preconditionOnLoop()
        let response = upload.refusal ?? response
        upload.response = response
        // Whoever still reads would wait for ever: no block is handed on behind the answer.
        upload.body.fail(CoAPError(.closed, "the request was answered before its body was whole"))
        for exchange in upload.answered() { complete(exchange, response) }
        release(upload)
    }
}
