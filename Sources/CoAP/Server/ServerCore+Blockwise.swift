// SPDX-License-Identifier: Apache-2.0

import Logging

// Bodies of several blocks (RFC 7959).
extension ServerCore {
    /// What becomes of a request that has to do with blocks.
    enum BlockStep {
        /// Its body is whole: it is carried out.
        case carryOut
        /// It is answered at once.
        case answer(Response)
        /// A handler reads the body while it comes.
        case stream(ServerUploadStream, ServerUploadStream.Block)
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
        return takeWhole(request, transfer)
    }

    /// A request whose body is here.
    private func takeWhole(_ request: Request, _ transfer: BlockwiseRequest) -> BlockStep {
        transfer.requestHash = Self.hash(request.payload)
        // Reading once more does no harm, and a changed body has another entity-tag.
        guard let wanted = transfer.block2, wanted.number > 0, !request.method.isSafe else { return .carryOut }
        return .answer(
            .diagnostic(
                .requestEntityIncomplete, "the response is not kept any more: begin with the first block"))
    }

    /// The body that is being sent, when a request asks for a block of it after the first.
    func keptDownload(
        _ request: Request, _ scan: OptionScan, _ session: ServerSession, now: MonotonicTime
    ) -> (transfer: BlockwiseRequest, body: ServerDownload)? {
        // A request body of one block at most: Block1 without number and more.
        guard let block2 = scan.block2, block2 >> 4 > 0, (scan.block1 ?? 0) >> 3 == 0 else { return nil }
        let transfer = Self.transfer(request.method, request.options, request.payload)
        let hash = request.payload.isEmpty ? nil : transfer.requestHash
        guard let body = session.transfers.download(transfer.key, requestHash: hash, at: now),
            !table.isMadeAnew(body.route.path)
        else { return nil }
        return (transfer, body)
    }

    /// What a request says of blocks whose body is whole.
    private static func transfer(_ method: Method, _ options: Options, _ payload: [UInt8]) -> BlockwiseRequest {
        let transfer = BlockwiseRequest(method, options)
        transfer.requestHash = hash(payload)
        return transfer
    }

    static func hash(_ payload: [UInt8]) -> UInt64 { payload.isEmpty ? 0 : EntityTag.hash(payload) }

    // MARK: Downloads

    var preferredBlockSize: Int { min(max(configuration.preferredBlockSize, 16), 1024) }

    /// A notification as it is sent: the first block of a larger body, whose others the client asks for (RFC 7959 §2.6).
    func shaped(
        notification response: Response, to observer: Observer, _ session: ServerSession
    ) -> Response {
        let transfer = observer.transfer
        guard response.payload.count > transfer.block2?.size ?? preferredBlockSize, response.code.isSuccess else {
            return response
        }
        var response = response
        tag(&response, transfer, session)
        let route = (observer.group.context.route, observer.group.key.route)
        return firstBlock(response, transfer, session, observer.key.token, route, now: .now)
    }

    /// What holds for each notification's blocks: the first one in the size that was asked for.
    func transfer(ofObserver request: ReceivedRequest) -> BlockwiseRequest {
        var options = request.options
        if let size = options.block2?.size {
            options.block2 = BlockOption(number: 0, size: min(size, preferredBlockSize))
        }
        return Self.transfer(request.key.method, options, request.payload)
    }

    private func place(
        _ wanted: BlockOption?, options: Options, _ session: ServerSession, _ token: Token
    ) throws(ResponseError) -> BlockOption {
        let room = session.handle.maximumMessageSize - Int(token.count)
        return try ServerDownload.block(wanted, options: options, preferredSize: preferredBlockSize, room: room)
    }

    /// A block after the first of a body that is being sent.
    func keptBlock(_ kept: ServerDownload, _ received: ReceivedRequest) async -> Response {
        loop.preconditionOnLoop()
        do throws(ResponseError) {
            let block = try place(
                received.transfer?.block2, options: kept.options, received.session, received.key.token)
            return await read(kept, block, route: received.route, received.session.logger)
        } catch {
            return error.response
        }
    }

    /// The same, at once; nil for a body that is read while it is sent.
    func immediateBlock(_ kept: ServerDownload, _ received: ReceivedRequest) -> Response? {
        guard kept.stream == nil else { return nil }
        do throws(ResponseError) {
            return kept.response(
                try place(received.transfer?.block2, options: kept.options, received.session, received.key.token))
        } catch {
            return error.response
        }
    }

    /// The response as the request's conditions and blocks ask for it: 2.03 for an entity-tag the client holds, one block of a
    /// larger body, Block1 where the request had it.
    func shaped(_ response: Response, _ received: ReceivedRequest, now: MonotonicTime) -> Response {
        var result = response
        if response.code.isSuccess, response.options.block2 == nil {
            let isBlock = response.payload.count > preferredBlockSize || received.transfer?.block2 != nil
            let transfer =
                isBlock
                ? received.transfer ?? Self.transfer(received.key.method, received.options, received.payload) : nil
            if let transfer { tag(&result, transfer, received.session) }
            if let valid = validated(result, received) {
                result = valid
            } else if let transfer {
                result = firstBlock(
                    result, transfer, received.session, received.key.token,
                    (received.route, received.routeNumber), now: now)
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
        _ route: ServerDownload.RouteLabel, now: MonotonicTime
    ) -> Response {
        let options = response.options
        var later = options
        later.observe = nil
        let download = ServerDownload(
            code: response.code, options: later, payload: response.payload, stream: nil,
            requestHash: transfer.requestHash, route: route)
        var first: Response
        do throws(ResponseError) {
            first = download.response(try place(transfer.block2, options: options, session, token))
        } catch {
            // What does not fit even in the smallest block is told as any response that does not fit.
            return error.code == .badRequest ? error.response : response
        }
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
        makeRoom(besides: now)
    }

    /// The first or wanted block of a response whose body is read while it is sent, as a response of its own.
    func opened(_ response: Response, _ received: ReceivedRequest) async -> Response {
        guard let stream = response.stream, response.code.isSuccess else { return response }
        loop.preconditionOnLoop()
        var received = received
        if let valid = validated(response, received) { return valid }
        let transfer = received.transfer ?? Self.transfer(received.key.method, received.options, received.payload)
        var options = response.options
        if options.first(.eTag) == nil { options.eTags = [EntityTag.unique()] }
        let download = ServerDownload(
            code: response.code, options: options, payload: [], stream: stream, requestHash: transfer.requestHash,
            route: (received.route, received.routeNumber))
        received.transfer = transfer
        let first = await keptBlock(download, received)
        if !received.session.isClosed, first.options.block2?.hasMore == true {
            keep(download, transfer, received.session, now: .now)
        }
        return first
    }

    /// A block of a body that is read while it is sent.
    func read(
        _ download: ServerDownload, _ block: BlockOption, route: String, _ logger: Logger
    ) async -> Response {
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
                table.limiter.warn(
                    logger, .responseReplaced, route, "the body is shorter than its size")
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
