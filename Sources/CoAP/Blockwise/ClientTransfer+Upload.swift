// SPDX-License-Identifier: Apache-2.0

extension ClientTransfer {
    /// How a request's body goes out: nil in one message (RFC 7959 §2.5).
    static func upload(
        of request: Request, _ configuration: ClientConfiguration, isSecure: Bool, echo: [UInt8]? = nil
    ) -> BlockUpload? {
        guard !request.payload.isEmpty else { return nil }
        let size = blockSize(beside: request.options, configuration, isSecure: isSecure, echo: echo)
        guard request.payload.count > size else { return nil }
        return BlockUpload(size: size, mayRestart: request.mayBeRepeated)
    }

    /// The largest blocks that fit a message beside the request's own options and those of the transfer.
    static func blockSize(
        beside options: Options, _ configuration: ClientConfiguration, isSecure: Bool, echo: [UInt8]? = nil
    ) -> Int {
        // Header, token, what DTLS adds, Block1, Size1, Request-Tag and a short Echo, or the one there is.
        let room = 1152 - 4 - 8 - (isSecure ? 37 : 0) - 36 - max(0, (echo?.count ?? 0) - 15) - options.wireSize
        return BlockOption(number: 0, size: min(configuration.blockSize, room)).size
    }

    /// Sends the request's next block.
    ///
    /// - Parameter isRepeated: true when a challenge is not to be answered once more.
    func sendBlock(isRepeated: Bool = false) {
        guard var upload else { return }
        let body = request.payload
        do throws(CoAPError) {
            let block = try upload.block(remaining: body.count - upload.offset, isEnd: true)
            self.upload = upload
            var message = Request(method: request.method, options: request.options)
            message.payload = Array(body[block.offset..<min(block.offset + block.size, body.count)])
            mark(&message, block, total: body.count)
            send(message, isRepeated: isRepeated) { [self] result in
                guard case .success(let response) = result else { return finish(result) }
                answered(response)
            }
        } catch {
            finish(.failure(error))
        }
    }

    /// Puts a transfer's options into the message of a block (RFC 7959 §2.1, §4, RFC 9175 §3).
    func mark(_ message: inout Request, _ block: BlockOption, total: Int?) {
        message.options.block1 = block
        if block.number == 0, let total { message.options.size1 = UInt32(clamping: total) }
        let tag = requestTag ?? connection.newRequestTag()
        requestTag = tag
        if !message.options.contains(.requestTag) { message.options.requestTags = [tag] }
    }

    private func answered(_ response: Response) {
        let step = upload?.answered(response) ?? .finished
        switch step {
        case .next:
            progress?(TransferProgress(completed: upload?.offset ?? 0, total: request.payload.count))
            sendBlock()
        case .restart:
            // Blocks of the first attempt that are still on their way must not end up among these.
            requestTag = nil
            sendBlock()
        case .finished:
            let count = request.payload.count
            if response.code.isSuccess { progress?(TransferProgress(completed: count, total: count)) }
            received(response)
        case .failed(let error): finish(.failure(error))
        }
    }
}

extension ClientConnection {
    /// A Request-Tag that no other transfer on the session has (RFC 9175 §3).
    func newRequestTag() -> [UInt8] {
        core.loop.preconditionOnLoop()
        lastRequestTag &+= 1
        return withUnsafeBytes(of: lastRequestTag.bigEndian) { Array($0) }
    }
}
