// SPDX-License-Identifier: Apache-2.0

extension ClientTransfer {
    /// The response came, or its first block.
    ///
    /// - Parameter isNegotiated: whether it was asked for with the size of its blocks.
    func received(_ first: Response, isNegotiated: Bool = false) {
        guard first.code.isSuccess || first.options.block2?.hasMore == true else { return finish(.success(first)) }
        // The second time block by block: perhaps the server can do no other.
        let isWindowed = isConfirmable && restarts == 0 && (request.method == .get || request.method == .fetch)
        do throws(CoAPError) {
            try digest?.begin(first)
        } catch {
            return finish(.failure(error))
        }
        response = first
        var download = BlockDownload(
            size: configuration.blockSize, limit: stream == nil ? configuration.maximumBodySize : nil,
            window: isWindowed ? configuration.blockWindow : 1)
        let step = download.begin(first, isNegotiated: isNegotiated)
        self.download = download
        var response = first
        response.options.removeAll(.block2)
        response.payload = []
        self.response = response
        proceed(step)
    }

    /// Where the body goes; an error is put together also where bodies are streamed.
    private var stream: ResponseBuffer? { response?.code.isSuccess == false ? nil : sink }

    /// Asks for the blocks that may be asked for now.
    func ask() {
        while !isDone, let block = nextBlock() {
            var message = Request(method: request.method, options: request.options)
            message.options.removeAll(.observe)
            message.options.block2 = block
            if upload == nil {
                // What the body asks for is part of the request (RFC 8132 §2).
                if request.method == .fetch { message.payload = request.payload }
            } else if let requestTag, !message.options.contains(.requestTag) {
                message.options.requestTags = [requestTag]
            }
            send(message) { [self] in proceed(download?.received($0, for: block) ?? .finished) }
        }
    }

    private func nextBlock() -> BlockOption? {
        // Blocks asked for ahead leave room for other requests.
        guard !mustHold else { return nil }
        return download?.next(held: stream?.held ?? 0)
    }

    private func proceed(_ step: BlockDownload.Step) {
        guard !isDone else { return }
        deliver()
        switch step {
        case .more: ask()
        case .finished: if let response { finish(checked(response)) }
        case .changed: restart()
        case .answer(let response):
            finish(stream == nil ? .success(response) : .failure(refused(response)))
        case .failed(let error): finish(.failure(error))
        }
    }

    /// The response, if its body is the one that was sent.
    private func checked(_ response: Response) -> Result<Response, CoAPError> {
        do throws(CoAPError) {
            try digest?.end()
            return .success(response)
        } catch {
            return .failure(error)
        }
    }

    /// Hands over what came.
    private func deliver() {
        guard let parts = download?.takeReady(), let download else { return }
        for part in parts { digest?.update(part) }
        if let stream {
            if let head, let response {
                self.head = nil
                head(.success(response))
            }
            for part in parts { stream.append(part) }
        } else {
            if response?.payload.isEmpty == true, let total = download.total {
                // The server's word for it is no reason to take more than a little.
                response?.payload.reserveCapacity(min(total, 1 << 20))
            }
            for part in parts { response?.payload += part }
        }
        if !parts.isEmpty { progress?(TransferProgress(completed: download.position, total: download.total)) }
    }

    /// The error of a body that is being read already.
    private func refused(_ response: Response) -> CoAPError {
        CoAPError(
            .protocolError, "the server answered \(response.code) in the middle of the body; what came is not whole")
    }
}
