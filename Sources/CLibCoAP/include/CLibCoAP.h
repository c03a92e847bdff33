// SPDX-License-Identifier: Apache-2.0
// The one door to C: libcoap, OpenSSL and the shims for what Swift cannot import from them.

#ifndef CLIBCOAP_H
#define CLIBCOAP_H

#include <coap3/coap.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ccoap_datagram.h"
#include "ccoap_dtls.h"
#include "ccoap_filter.h"
#include "ccoap_hello.h"
#include "ccoap_keylog.h"
#include "ccoap_pdu.h"
#include "ccoap_system.h"
#include "ccoap_traffic.h"
#include "ccoap_x509.h"

#endif
