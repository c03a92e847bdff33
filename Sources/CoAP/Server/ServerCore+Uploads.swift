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
                keep(current, session)
                // The same block again: its answer is awaited, or was lost.
                guard isNew || stream.awaits(end) else { return .answer(Response(.continue)) }
                let piece = isNew ? request.payload : nil
                return .stream(stream, .init(piece: piece, end: end, isFirst: isFirst && isNew, isLast: false))
            }
            keep(current, session)
            return .answer(Response(.continue))
        case .whole(let accepted):
            received.block1 = accepted
            if let stream = current.stream {
                release(stream)
                if let response = stream.response { return .answer(response) }
                return .stream(stream, .init(piece: request.payload, end: end, isFirst: isFirst, isLast: true))
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
        guard let stream = upload.stream else { return }
        stream.body.fail(CoAPError(.closed, "the client did not send the rest of the body, or its session ended"))
        stream.task?.cancel()
        release(stream)
    }

    /// A handler that reads a body counts as a request no more: it has ended, or one that waits for its answer counts.
    private func release(_ stream: ServerUploadStream) {
        guard stream.isCounted else { return }
        stream.isCounted = false
        readingCount -= 1
        checkIdle()
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
        _ stream: ServerUploadStream, _ block: ServerUploadStream.Block, _ request: Request, _ context: RequestContext,
        _ received: ReceivedRequest
    ) -> ServerExchange {
        let exchange = ServerExchange(received)
        stream.wait(exchange, until: block.end)
        if block.isFirst {
            var context = context
            context.body = stream.body
            if !block.isLast {
                stream.isCounted = true
                readingCount += 1
            }
            launch(request, context, upload: stream)
        }
        exchange.task = stream.task
        guard let piece = block.piece, exchange.inlineResponse == nil, stream.response == nil else { return exchange }
        let core = self
        stream.body.push(piece, isLast: block.isLast) {
            guard !block.isLast else { return }
            let done: @Sendable () -> Void = {
                for exchange in stream.answered(to: block.end) { core.complete(exchange, Response(.continue)) }
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
            var response = await table.response(to: head, context)
            if response.stream != nil, let waiting = upload.last {
                response = await core.opened(response, waiting.request)
            }
            core.ended(upload, response)
        }
    }

    /// A handler that reads a body has answered, perhaps before the body's end.
    private func ended(_ upload: ServerUploadStream, _ response: Response) {
        loop.preconditionOnLoop()
        upload.response = response
        for exchange in upload.answered() { complete(exchange, response) }
        release(upload)
    }
}
