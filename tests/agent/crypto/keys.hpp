// tests/agent/crypto/keys.hpp: keys of the tests, and nobody else's.
#pragma once

namespace tributary::crypto {

/// The key of RFC 7515 appendix A.3.
inline constexpr const char* rfc7515_secret =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
    "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
    "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr const char* rfc7515_public =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n"
    "6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
    "-----END PUBLIC KEY-----\n";

/// The key of RFC 6979 appendix A.2.5, in the form of SEC 1.
inline constexpr const char* rfc6979_secret =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
    "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
    "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END EC PRIVATE KEY-----\n";

inline constexpr const char* p384_secret =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAAAAAAAAAAAAAAAAAA\n"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAq1SpjOsfCtKhZANiAATYoX5VuOL0\n"
    "e8Np/ZYWaVzic9zk4weDCmX1pKmqiWfJh67qetNlZ3oTv9ZcP+WmaTm9xTVCxSE6\n"
    "UTRduoIgq7I8cWWaTYULO7r/jQNb0IpZ6zIJnJapBJ5NfUNc9nVxO8g=\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr const char* p384_public =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE2KF+Vbji9HvDaf2WFmlc4nPc5OMHgwpl\n"
    "9aSpqolnyYeu6nrTZWd6E7/WXD/lpmk5vcU1QsUhOlE0XbqCIKuyPHFlmk2FCzu6\n"
    "/40DW9CKWesyCZyWqQSeTX1DXPZ1cTvI\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* secp256k1_secret =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgAAAAAAAAAAAAAAAAAAAA\n"
    "AAAAAAAAAAAAq1SpjOsfCtKhRANCAASZwSbaIDl1WPI2WHZMOnxYPbf/cG6TmBzB\n"
    "cOJ8qDNiATdRAH8CjwIbSh/0KsbSkWbGvOEPXMsupTcPf1ultyls\n"
    "-----END PRIVATE KEY-----\n";

inline constexpr const char* rsa_secret =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCskRhwD6viQ6o9\n"
    "ixlwwL/CcJ7RB5qRJRHMzXVMihJ8hX0d4NEIi5zYkNbeX14Nrs57+vEcQC/q23hL\n"
    "SBuUHU2PIbJsVPwhREgbxQRHhbX6mKc2ce3/3O/G+MS8d1G/BdZNOTdh0CNCAAjH\n"
    "94AyutlCV2bsNn/woBWyT+6C9oODYSpqwWN0oMwq0xIHik3qiYF2l5S75Kxkfq1Y\n"
    "1Em8rp1qkXMGvt9Gb1MZdK/Z0yezOBNDFvzs1c55lTqY62aWRijMcp/Osu1p8H6J\n"
    "04+XpAjuWXAGUVo/mH22hRW7/G+c9JxvC/8m/Rg3uGFQTBHbYx8QgLctCIqJgWeI\n"
    "XGIxsiflAgMBAAECggEADCTZ12kC65VfcZ1MWQb3d7N9ObCTTAuTyRncW1qMGn86\n"
    "YtPjYfqROxxWQqfrcoMOvOLX/Oj3dkujl4iniDDXuG7io4UHiT/I40tmFbJvMAd2\n"
    "HPq/iPX/Wb0/+xNaiVrbzets3lFLaeWeuJPOTcOgbm7AK3daYZCidj3xxv2aG7Cp\n"
    "CQ58RksDJ0tBiX3br8MPYRcj+j8yw90IymueuTqubXoz8TpthH4svJdFF/nLuu9R\n"
    "4CClS4xAxDyrL4AzTJ9tpjT2Qy5PPKK7GxkPBq4EUis/bd0bjW7jVaJZJFHfYfOB\n"
    "0lZ0/fPSCqUPmS1XtCSd8KJyS2l2+J9OH345O+jvsQKBgQDrkU71TfmT/OmKahRG\n"
    "bp9lujlCwoERnk5z3c/FuLpJjB+arS9oAw0CPjGCSpqM4aMOvFfxocuRIvpraFsb\n"
    "Wjd90jAvbeddXhX2Q1eken6UG5Vi7vE9ltp3/1Rb0hBP9B8SvhM671entC92wJqm\n"
    "3y2NKCi0SrL5/c6Izw9RNBb2gwKBgQC7iOB7ps3FtMW8o31Kcm/RWPs8XDzqUBRv\n"
    "Pe/Nrp36KQL5PeWu1JvA0+9hHLctiiQuhUYuXPA+pK3vmLrEo5f6X5UCBYJheomB\n"
    "g0+d3LMqp7dOhz+d9hhYgOv3C7m9T2r575GPWgQGPzMWnvX548Sp0Ts09aoGjK64\n"
    "mfnD0/dbdwKBgFhgRHodTdPqX4eRMpgV6nEUw2S7aga9GHu5rLhmDGWJT1YNQSrJ\n"
    "cjj0MkjKSl8uS6k8mdXKOH/z2nUvSnbhis4GbBNvLQzHPoAMVbYcSp6wFoRuVk0f\n"
    "6kh4nyJvlbUZRgsXCkni/0SogeIQcjTGp+U8OsEhATJuuOx0mi+B1leXAoGABWB0\n"
    "RzdOGQgIz1LEqdjEGfV6Jo3idTlcjJ/y+yuxfdWlLy42IqAX4xxwdZFUMysNxIOv\n"
    "sm6ZuMIR9pejazXhip0o8Yjk5xSTUrJIGxeTz3pFiCvaiBXhNtBjc47TgXkAcTAM\n"
    "NVb4XJF9Tn26QbLlFZVZJDiS6mMoM0S+4311TxsCgYB6Oo/T42/SpVdRkoi2czAu\n"
    "qPKV2dbW9XgrspsQX4XAA397i/546+H+YlqbAtOZz1REWiEwgXfuyPjI4uX9W12f\n"
    "zpKHaDgrGBLbIa+fE5guKzR56AE5nqLp8oMlpD0/+rwebDUtPUPt1ZaEuifCGHuY\n"
    "zwuEiVscNBzTkZ4/qBeNCA==\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr const char* rsa_public =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArJEYcA+r4kOqPYsZcMC/\n"
    "wnCe0QeakSURzM11TIoSfIV9HeDRCIuc2JDW3l9eDa7Oe/rxHEAv6tt4S0gblB1N\n"
    "jyGybFT8IURIG8UER4W1+pinNnHt/9zvxvjEvHdRvwXWTTk3YdAjQgAIx/eAMrrZ\n"
    "Qldm7DZ/8KAVsk/ugvaDg2EqasFjdKDMKtMSB4pN6omBdpeUu+SsZH6tWNRJvK6d\n"
    "apFzBr7fRm9TGXSv2dMnszgTQxb87NXOeZU6mOtmlkYozHKfzrLtafB+idOPl6QI\n"
    "7llwBlFaP5h9toUVu/xvnPScbwv/Jv0YN7hhUEwR22MfEIC3LQiKiYFniFxiMbIn\n"
    "5QIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* rsa_1024_secret =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAKDeOZP7DXQPTC7t\n"
    "r1kFvkAoDJ0HWDoNDPty+ddedzBqfEnkfhKu7e9A48exwkbXwgaDioMHYnCL8c/H\n"
    "i215FQ5mPW6PSQZy6EXFGVrt9mKuoHWxZWLY24MLJycUuj5q+iVYpjZAWKteg1M4\n"
    "luR8568ttNTjvoMGqcl4+r4OBY3JAgMBAAECgYAZ5++pzxI5kIUaQZitY2lh95Eg\n"
    "cKBaqONgUwG9Fy9mkp91XuCWrakPkImeDRhWRESwu9pAg53stfy5E092z7r+F0eg\n"
    "GYedJ1N1r3PVfGaHeX96Y+dd0gABnGyRgyy4smZv3NbHKiofIuFHn7wcK28UwB0E\n"
    "e/07I6aC4Dye1JyuiQJBAMzaGgjAQ+PcAn4vZO0AHjKqTeAZqk/xQ+MfNXEvID98\n"
    "itpBZ57jTld747LLGXesUNc+atzZcAqhR6lZp4ULUc8CQQDJCLla1NwBR54R8zQ9\n"
    "T6FihJc3kNuTfrRBQM1PLLc/c0OTuURlXm8ZKZ/p1cn214aGi0KP2i4U4UvY29vz\n"
    "YITnAkEAnAfsGIpJq78ibvauiw6x8aliU7V40hdUvCRDUoiwqWq1YHS89nrwaxZE\n"
    "YyTrqwmnMaurPbio7I/Xw5g0TtRGZQJALvtO9h9Q2yu1kVRZHQsDGFcMT/wWlL3D\n"
    "uow+bwZwPO/fFyLxDQ+ovySvLqK79GgiFEdvYtcGdfLBGwkmuhYQeQJBAMSnXSHx\n"
    "S+z7IoaOVMiPW5OuUm6hfs3YmnIAKXkIQs+evHG0Ktbn5jzV8nRCQzFaoe7nuMXQ\n"
    "1bpB6drNTtJ3U2s=\n"
    "-----END PRIVATE KEY-----\n";

/// RS256 by `rsa_secret`, made by an independent implementation.
inline constexpr const char* rsa_assertion_signature =
    "qKwOXqU-IZm-JF0Y1x8uDonmzK-XvlUnypdCl3Xnfern07sqhCHgBbgP_UqbA2VB2GcCQN6IFxC9f5CtrrTuhrKCXI__cZUN1QL-qG78zhXq4SY-"
    "paYoflqSmxNkfc9DD6S7Za_YH2RLxaOLkgtxsijHL_yGgr51lJmp9957_"
    "tuFVcvgtJUWDHd7iUSRGJCagReGN77rIuWp2NIKTxbYYZ8fjiAlbPrJfuM69eV52xfOBeT6FvUgD4tMhXvTExmvZ1cxtR7ZXaUC2Zf4cKJ2_"
    "qDuMhaT2O5icqHhWnng97nI7YZrJ4qNIj_ZC9OLHve6WB4qxfj0dyAwN4KRm_4usw";

}  // namespace tributary::crypto
