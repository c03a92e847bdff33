// SPDX-License-Identifier: Apache-2.0

extension ClientSession {
    /// Sends a body that need not fit the memory, block by block (RFC 7959).
    ///
    /// The body is read once, as fast as the server takes it. So a server that loses what it got cannot be sent it anew: its
    /// 4.08 is returned. A digest of it is made beforehand, by ``digest(of:for:isolation:)``.
    ///
    /// - Parameters:
    ///   - method: usually PUT or POST.
    ///   - path: path and query as in a URI, or the path's segments.
    ///   - contentFormat: the body's format; nil says nothing of it.
    ///   - size: how many bytes the body has, for the server to know beforehand (Size1); nil when nobody knows.
    ///   - options: further options.
    ///   - timeout: how long to wait for the answer to each block; nil takes ``ClientConfiguration/requestTimeout``.
    ///   - progress: called with each block that arrived.
    ///   - isolation: the caller's actor, on which the body is read; leave it out.
    ///   - body: the parts of the body, of any length.
    /// - Returns: the response; also when the server refuses the rest of a body, which is not read then.
    /// - Throws: `CoAPError`: `invalidURI` for a malformed path, `invalidArgument` when the body is not of the size announced,
    ///   `tooLarge` for more blocks than there are numbers, what ``request(_:confirmable:timeout:)`` throws, and whatever
    ///   the body throws.
    public func upload<Body: AsyncSequence>(
        _ method: Method, _ path: some ResourcePath, contentFormat: ContentFormat? = nil, size: Int? = nil,
        options: Options = Options(), timeout: Duration? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil, isolation: isolated (any Actor)? = #isolation,
        body: Body
    ) async throws -> Response where Body.Element == [UInt8] {
        let request = try Request(method, path, contentFormat: contentFormat, options: options)
        return try await upload(request, size: size, timeout: timeout, progress: progress, body: body)
    }

    /// Makes a request whose body is streamed; the request's own payload is not sent. See
    /// ``upload(_:_:contentFormat:size:options:timeout:progress:isolation:body:)``.
    public func upload<Body: AsyncSequence>(
        _ request: Request, size: Int? = nil, confirmable: Bool = true, timeout: Duration? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil, isolation: isolated (any Actor)? = #isolation,
        body: Body
    ) async throws -> Response where Body.Element == [UInt8] {
        guard !request.options.contains(.block1), !request.options.contains(.block2) else {
            throw CoAPError(
                .invalidArgument, "a body that is streamed makes its own blocks; leave Block1 and Block2 out")
        }
        guard request.options.payloadDigest.map({ $0.value != nil }) ?? true else {
            throw CoAPError(
                .invalidArgument,
                "a digest goes before its body, and this body is streamed; make the digest first with digest(of:for:)")
        }
        let connection = connection
        let loop = core.loop
        var isHolding = false
        // Between two blocks nothing is under way, and yet the session is needed: the server knows the body by it.
        defer { if isHolding { loop.submit { connection.endStream() } } }
        var iterator = body.makeAsyncIterator()
        var buffer = UploadBuffer()
        var isEnd = false
        var request = asSent(request)
        request.payload = []
        var upload = BlockUpload(
            size: ClientTransfer.blockSize(
                beside: request.options, configuration, isSecure: uri.scheme == .coaps), mayRestart: false)
        var tag: [UInt8]?
        var echo: [UInt8]?
        while true {
            // One byte more than a block tells whether it is the last one.
            while !isEnd, buffer.count <= upload.size {
                if let part = try await iterator.next(isolation: isolation) {
                    buffer.append(part)
                } else {
                    // A cancelled sequence ends, too; its body would be taken for whole.
                    if Task.isCancelled { throw ClientConnection.cancelled }
                    isEnd = true
                }
            }
            if let size, isEnd ? upload.offset + buffer.count != size : upload.offset + buffer.count > size {
                throw CoAPError(
                    .invalidArgument,
                    "the body is not of the size that was announced, \(size) bytes; the upload was not completed")
            }
            if isEnd, tag == nil, buffer.count <= upload.size {
                request.payload = buffer.prefix(buffer.count)
                let response = try await self.request(request, confirmable: confirmable, timeout: timeout)
                if response.code.isSuccess { progress?(TransferProgress(completed: buffer.count, total: size)) }
                return response
            }
            let block = try upload.block(
                remaining: max(buffer.count, (size ?? 0) - upload.offset), isEnd: isEnd)
            if tag == nil {
                let isFirst = !isHolding
                isHolding = true
                tag = await loop.run {
                    if isFirst { connection.streams += 1 }
                    return connection.newRequestTag()
                }
            }
            let transfer = try transfer(
                Request(method: request.method, options: request.options, payload: buffer.prefix(block.size)),
                confirmable: confirmable, timeout: timeout)
            transfer.part = (block, size)
            transfer.requestTag = tag
            transfer.echo = echo
            let response: Response
            do throws(CoAPError) {
                response = try await run(transfer)
            } catch {
                // With a long challenge the block does not fit any more.
                guard error.code == .tooLarge, upload.offset == 0, upload.size > 16, echo == nil, transfer.echo != nil
                else { throw error }
                echo = transfer.echo
                upload = BlockUpload(size: upload.size / 2, mayRestart: false)
                continue
            }
            echo = transfer.echo
            switch upload.answered(response) {
            case .next:
                buffer.drop(block.size)
                progress?(TransferProgress(completed: upload.offset, total: size))
            case .restart: tag = nil
            case .finished:
                if response.code.isSuccess {
                    progress?(TransferProgress(completed: block.offset + buffer.count, total: size))
                }
                guard response.options.contains(.block2) else {
                    try ResponseDigest.check(response, to: request, keys: configuration.digestKeys)
                    return response
                }
                let rest = try self.transfer(request, confirmable: confirmable, timeout: timeout)
                (rest.upload, rest.requestTag, rest.echo) = (upload, tag, echo)
                return try await run(rest, behind: response)
            case .failed(let error): throw error
            }
        }
    }
}
