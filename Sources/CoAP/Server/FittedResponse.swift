// SPDX-License-Identifier: Apache-2.0

/// A handler's response as it can be sent in one message.
struct FittedResponse {
    /// What is sent.
    var response: Response
    /// Why that is not what the handler returned; nil when it is.
    var problem: String?

    /// Makes a response fit.
    ///
    /// - Parameters:
    ///   - response: what the handler returned.
    ///   - room: the bytes for options and payload.
    init(_ response: Response, room: Int) {
        self.response = response
        if response.code == .hopLimitReached {
            // libcoap writes its own address there, and in 4.3.1 a byte too far when there is a payload (RFC 8768 §4).
            self.response.payload = []
        } else if !response.code.isResponse || response.code.class == 3 {
            self.response = Response(.internalServerError)
            problem = "the handler answered \(response.code.dotted), which is no code of a response"
            return
        }
        guard !self.response.fits(room) else { return }
        problem = "\(response.payload.count) bytes of payload, \(room) bytes of room"
        if response.code.isSuccess {
            self.response = Response(.internalServerError)
        } else {
            self.response = response.shortened(to: room)
        }
    }
}

extension Response {
    /// An error in this room: its diagnostic cut, a body in another format left out, and options that do not fit too.
    fileprivate func shortened(to room: Int) -> Response {
        var result = self
        if contentFormat != nil, contentFormat != .text {
            result.payload = []
            result.options.removeAll(.contentFormat)
        }
        if result.options.wireSize > room { result.options = Options() }
        return result.truncatingDiagnostic(to: max(0, room - result.options.wireSize - 1))
    }
}
