#include "sentence/vocabulary.h"

namespace tidings::sentence {
namespace {

constexpr Phrase kPhrases[] = {
    // Words that say nothing, wherever they stand.
    {"FILLER", "",
     "the|a|an|of|our|my|your|their|his|her|its|please|also|still|already|"
     "currently|yet|ever|at all|even once|with us|from our store|in our store|"
     "inclusive|at our store|on our site|on our website|from our shop|in our shop|to us|any|"
     "kindly|so far|actually|basically|simply|in our database|it has been|it been|pls|plz|till "
     "now|until now|as of now|as "
     "of today|up to now|till date|to date|sometime|anytime|at some point"},

    // Who is asked for.
    {"REQUEST", "",
     "find|find me|find us|show|show me|show us|list|list out|get|get me|get us|give|give me|"
     "give us|select|target|fetch|fetch me|i want|i need|we want|we need|i want to|we want to|"
     "i need to|we need to|i would like to|we would like to|see|who are|which "
     "are|identify|filter|pull|pull up|look for|search for|"
     "segment of|segment for|segment with|a segment of|create segment of|"
     "create a segment of|create a segment for|create a segment with|"
     "build a segment of|build a segment for|make a segment of|a list of|list of|"
     "audience of|audience|segment|include|reach|re engage|reengage|reactivate|win back|let us "
     "target|i want to target|"
     "want to target|which|can you|could you|would you|let|let us|hey|hi|hello|need|who all|i had "
     "like to|we had like to|make a segment for|build an audience of|build "
     "audience of|create an "
     "audience of|create audience of|build a list of|create a list of|make a list of|prepare a "
     "list "
     "of|build an audience with|looking for|build me a segment of|make me a "
     "list of"},
    {"PEOPLE", "",
     "customer|customers|people|person|persons|user|users|shopper|shoppers|contact|"
     "contacts|client|clients|member|members|folks|those|buyer|buyers|purchaser|"
     "purchasers|consumer|consumers|anyone|anybody|guys|ones|patrons|individuals|registered "
     "users|registered customers|registered members|resident|residents|sign "
     "ups|signups|ppl|clientele"},
    {"EVERYONE", "",
     "everyone|everybody|all customers|all people|all users|all contacts|"
     "every customer|all clients|all shoppers|all members|all buyers|each customer|"
     "all of our customers|all the customers|the whole base|entire customer base|"
     "whole customer base|all our customers"},
    {"ALL", "", "all|every|each|all those|all of those|only"},
    {"WHO", "", "who|that|which|whom|they|whose|where|wherein"},
    {"HAVE", "", "have|has|had|having|got|ve|have had|has had|must have|should have"},
    {"BE", "", "is|are|was|were|be|been|being|am|should be|must be|has to be|:"},
    {"DO", "", "do|does|did"},
    {"WITH", "", "with|having|have|has"},
    {"NOT", "", "not"},
    {"NEVER", "", "never"},
    {"NO", "",
     "no|not any|with no|having no|have no|has no|not a single|not one|not even one|not even a "
     "single"},
    {"WITHOUT", "", "without|lacking"},
    {"NON", "", "non"},
    {"BUT", "", "but"},
    {"ONLY", "", "only|just"},
    {"EXTREME", ">=", "minimum|min|a minimum"},
    {"EXTREME", "<=", "maximum|max|a maximum"},
    {"YETTO", "", "yet to"},
    {"NOTHING", "", "nothing|no money"},
    {"NONE", "", "none|no orders|not any|nothing|no purchases|no order|no purchase"},

    // How parts are joined.
    {"AND", "and",
     "and|but|plus|as well as|yet|while|whilst|and also|but also|and who|but who|"
     "and they|but they|and that|and whose|but whose|however"},
    {"OR", "or", "or|or else|or who|or that|or they|or whose|alternatively"},
    {"EITHER", "", "either"},
    {"NEITHER", "", "neither"},
    {"NOR", "", "nor|or"},
    {"BOTH", "", "both"},
    {"EXCEPT", "",
     "except|excluding|except for|other than|apart from|exclude|leaving out|"
     "with the exception of|barring|minus those|but exclude|and exclude|but not those|"
     "aside from|skip|omit|leave out|but excluding|and excluding|but not including|not "
     "including|but not the ones|but not people|but not customers|but not "
     "anyone"},
    {"COMMA", "", ","},
    {"COLON", "", ":"},
    {"PLUS", "", "+"},
    {"OPEN", "", "("},
    {"CLOSE", "", ")"},
    {"SLASH", "", "/"},
    {"QUESTION", "", "?"},

    // Comparisons. OVER may be said of an amount or a number alike; the rest counts.
    {"CMP", ">",
     "more than|greater than|more then|greater then|higher than|bigger than|larger than|"
     "in excess of|is greater than|are more than|exceeding more than|strictly more than"},
    {"CMP", ">=",
     "at least|minimum|a minimum of|minimum of|min|no less than|not less than|"
     "no fewer than|not fewer than|greater than or equal to|more than or equal to|"
     "equal to or more than|not below|not under|upwards of|at the least|>=|"
     "at minimum|equal to or greater than"},
    {"CMP", "<", "less than|fewer than|less then|fewer then|lower than|smaller than|lesser than"},
    {"CMP", "<=",
     "at most|maximum|a maximum of|maximum of|max|no more than|not more than|up to|"
     "less than or equal to|not over|not above|at the most|not exceeding|"
     "no greater than|not greater than|fewer than or equal to|at maximum|"
     "equal to or less than|no higher than"},
    {"CMP", "=",
     "exactly|equal to|equals|precisely|only|just|is equal to|exactly equal to|"
     "no more and no less than"},
    {"CMP", "!=", "not equal to|not exactly|other than|anything but"},
    {"OVER", ">", "over|above|exceeding|exceeds|exceeded|beyond|crossed|crossing|surpassing"},
    {"OVER", "<", "under|below"},
    {"SIGN", ">", ">"},
    {"SIGN", ">=", ">="},
    {"SIGN", "<", "<"},
    {"SIGN", "<=", "<="},
    {"SIGN", "=", "="},
    {"SIGN", "!=", "!="},
    {"ORMORE", "",
     "+|or more|or above|or higher|and above|and up|or greater|or over|and over|"
     "and more|plus|or upwards|and upwards|and higher"},
    {"ORLESS", "", "or less|or fewer|or below|or under|or lower|and below|and under|and less"},
    {"BETWEEN", "",
     "between|ranging between|in the range|range|range of|in range|in range of|in the range "
     "of|within the range|"
     "anywhere between"},
    {"FROM", "", "from|ranging from|anywhere from"},
    {"TO", "", "to|-|till|until|through|up to"},
    {"ANDTO", "", "and|to|-|&"},

    // Amounts.
    {"CURRENCY", "",
     "₹|$|€|£|rs|inr|usd|eur|gbp|rupee|rupees|dollar|dollars|euro|euros|pound|pounds|"
     "bucks|re"},
    {"SCALE", "1000", "k|thousand|grand|thousands"},
    {"SCALE", "100", "hundred"},
    {"SCALE", "100000", "lakh|lakhs|lac|lacs|l"},
    {"SCALE", "10000000", "crore|crores|cr"},
    {"SCALE", "1000000", "million|millions|mn|mm|m|mio"},
    {"NUMBER", "0", "zero|nil"},
    {"NUMBER", "1", "a single|single"},
    {"NUMBER", "12", "dozen|a dozen"},
    {"NUMBER", "6", "half a dozen|half dozen"},
    {"NUMBER", "40", "fourty"},
    {"NUMBER", "90", "ninty"},
    {"NUMBER", "100", "hundred"},
    {"NUMBER", "1000", "thousand"},
    {"NUMBER", "100000", "lakh"},
    {"NUMBER", "10000000", "crore"},
    {"NUMBER", "1000000", "million"},
    {"ONCE", "1", "once"},
    {"ONCE", "2", "twice"},
    {"ONCE", "3", "thrice"},
    {"TIMES", "", "time|times|occasion|occasions|x"},

    // Times.
    {"UNIT", "minute", "minute|minutes|min|mins"},
    {"UNIT", "hour", "hour|hours|hr|hrs|h"},
    {"UNIT", "day", "day|days|d"},
    {"UNIT", "week", "week|weeks|wk|wks|w"},
    {"UNIT", "fortnight", "fortnight|fortnights"},
    {"UNIT", "month", "month|months|mo|mos|mth|mths"},
    {"UNIT", "year", "year|years|yr|yrs|y"},
    {"ONEUNIT", "hour", "hour|hr"},
    {"ONEUNIT", "day", "day"},
    {"ONEUNIT", "week", "week|wk"},
    {"ONEUNIT", "fortnight", "fortnight"},
    {"ONEUNIT", "month", "month|mth"},
    {"ONEUNIT", "year", "year|yr"},
    {"HALF", "", "half"},
    {"HALFYEAR", "", "half a year|half year|half an year"},
    {"ONE", "", "a|an"},
    {"LAST", "", "last|past|previous|preceding|latest|trailing"},
    {"RECENT", "", "last|past"},
    {"DURING", "", "in|within|during|over|inside|throughout|across|for|since|from|within just"},
    {"WITHIN", "", "in|within|inside|in under|in less than|within less than"},
    {"THROUGHOUT", "", "in|within|during|over|from"},
    {"FOR", "", "for|in|since|for last|for past"},
    {"SINCE", "", "since|since the start of|since the beginning of|starting"},
    {"AGO", "", "ago|back|earlier|before today|old"},
    {"BEFORE", "", "before|prior to|earlier than|until before|no later than before"},
    {"AFTER", "", "after|later than|following"},
    {"ONORAFTER", "", "on or after|from|starting from|no earlier than|not before"},
    {"ONORBEFORE", "", "on or before|by|until|till|up to|no later than|not after"},
    {"ONWARDS", "", "onwards|onward|on"},
    {"IN", "",
     "in|during|within|on|throughout|in the year|in year|during the year|in the month of|"
     "during the month of"},
    {"MONTH", "1", "january|jan"},
    {"MONTH", "2", "february|feb"},
    {"MONTH", "3", "march|mar"},
    {"MONTH", "4", "april|apr"},
    {"MONTH", "5", "may"},
    {"MONTH", "6", "june|jun"},
    {"MONTH", "7", "july|jul"},
    {"MONTH", "8", "august|aug"},
    {"MONTH", "9", "september|sep|sept"},
    {"MONTH", "10", "october|oct"},
    {"MONTH", "11", "november|nov"},
    {"MONTH", "12", "december|dec"},
    {"ORDINAL", "", "st|nd|rd|th"},

    // What customers do. A singular ORDERS may be one of several orders, a plural one all of them.
    {"SPENT", "", "spent|spend|spends|spending|paid|shelled out|splurged|paid us"},
    {"SPENDING", "",
     "spend|spends|spending|total spend|total spends|total spending|overall spend|"
     "amount spent|total amount spent|money spent|total money spent|total spent|"
     "customer spend|spent amount|spend amount|spend total|total expenditure"},
    {"SPENDING", "ever",
     "lifetime spend|lifetime spending|lifetime spends|total lifetime spend|total_spend|"
     "cumulative spend|lifetime value|life time value|ltv|total lifetime value"},
    {"SPENDERS", "", "spenders|spender"},
    {"TOTAL", "", "total|in total|overall|altogether|in all|all together|a total of|total of"},
    {"TOTAL", "ever",
     "till date|to date|till now|until now|lifetime|over their lifetime|in their lifetime|"
     "cumulatively|all time"},
    {"HISTORY", "", "history"},
    {"RANGE", "", "range|bracket|band"},
    {"ACCOUNT", "", "account|accounts"},
    {"ACTIVITY", "", "activity"},
    {"INONEORDER", "",
     "in a single order|in one order|on a single order|on one order|"
     "in a single purchase|in one purchase|on a single purchase|on one purchase|"
     "in a single transaction|in one transaction|in any one order|in any single order"},
    {"BOUGHT", "",
     "ordered|ordering|bought|buying|purchased|purchasing|shopped|shopping|transacted|"
     "been shopping"},
    {"BUY", "", "order|buy|purchase|shop|transact"},
    {"CAMEBACK", "", "come back|came back|been back"},
    {"SOMETHING", "",
     "before|in the past|previously|something|anything|money|any money|products|items|stuff|a "
     "product|an item|with us|from us|anything from us|something from us|things"},
    {"PLACED", "", "placed|place|places|placing|made|make|makes|making|put in"},
    {"ORDERS", "one", "order|purchase|transaction"},
    {"ORDERS", "many", "orders"},
    {"ORDERS", "all", "purchases|transactions"},
    {"ORDERCOUNT", "",
     "order count|orders count|number of orders|total orders|total number of orders|"
     "no of orders|count of orders|total order count|number of purchases|"
     "purchase count|num orders|total number of purchases|order total count"},
    {"ATLEASTONE", "",
     "at least one|at least 1|atleast one|one or more|1 or more|minimum one|"
     "at least a single|some|at least an|1+"},
    {"SINGLE", "", "one|single"},
    {"WORTH", "worth",
     "worth|valued|valued at|costing|for|of value|with value|with a value of|"
     "with an amount|that was|amounting to|with amount|with a total|whose amount is|whose value "
     "is|is|was"},
    {"LARGEST", "",
     "largest order|biggest order|highest order|most expensive order|largest order value|highest "
     "order value|biggest order value|maximum order value|max order value|largest purchase|biggest "
     "purchase|costliest order"},
    {"SMALLEST", "",
     "smallest order|cheapest order|lowest order|smallest order value|lowest order value|"
     "smallest purchase|cheapest purchase"},
    {"AVERAGE", "",
     "average order value|average order values|aov|average order amount|average order|"
     "average order size|average order total|average value of orders|average value of an order|"
     "average value of their orders|average purchase value|average purchase amount|"
     "average purchase|average basket value|avg order value|avg order amount|avg order|"
     "avg order size|mean order value|average spend per order|average spend per purchase|"
     "avg spend per order|average transaction value"},
    {"SKU", "", "sku"},
    {"ORDERAMOUNT", "",
     "order amount|order value|single order value|single order amount|"
     "amount of an order"},
    {"ORDERDATE", "", "order date"},
    {"ORDERSTATUS", "", "order status|status of an order"},
    {"STATUS", "CANCELLED", "cancelled|canceled|cancel"},
    {"STATUS", "REFUNDED", "refunded|refund"},
    {"STATUS", "PENDING", "pending"},
    {"STATUS", "COMPLETED", "completed"},
    {"REFUND", "REFUNDED",
     "refund|refunds|got a refund|received a refund|received refund|"
     "got refund|been refunded|were refunded|was refunded|requested a refund"},
    {"REFUND", "CANCELLED", "cancellation|cancellations|order cancellation|order cancellations"},
    {"VISITED", "",
     "visited|visiting|come in|came in|dropped by|dropped in|stopped by|walked in|walked into|came "
     "to|come to|been to"},
    {"VISIT", "", "visit"},
    {"VISITS", "",
     "visit|visits|visit count|number of visits|total visits|visits count|"
     "total number of visits|no of visits|count of visits|store visits|total visit count|in store "
     "visits|visits to the store|visits to our "
     "store|walk ins"},
    {"US", "", "us|store|shop|the store|our store|our shop|website|site|our site"},
    {"LASTORDERED", "",
     "last ordered|last bought|last purchased|last shopped|last placed an order|"
     "last made a purchase|last transacted|most recently ordered|ordered last|"
     "bought last|last placed order"},
    {"LASTORDER", "",
     "last order|last purchase|last order date|last purchase date|most recent order|"
     "most recent purchase|latest order|latest purchase|last transaction|"
     "last transaction date|last ordered date|last bought date|latest order date|"
     "last order placed|last order was placed|last purchase was made|last order made|date of last "
     "order|"
     "most recent order date|date of the last order"},
    {"OLDER", "", "older than|more than|over|earlier than"},
    {"DAYSSINCE", "",
     "days since last order|days since last purchase|days since their last order|"
     "days since the last order|days since their last purchase|inactive days|"
     "days inactive|days of inactivity|days without an order|inactivity days|"
     "number of days since last order|days from last order|days since last ordered"},
    {"SINCELAST", "",
     "since last order|since last purchase|since their last order|"
     "since their last purchase|since the last order|since last ordered|"
     "since they last ordered|since their most recent order|since they last bought|"
     "without an order|without ordering|without a purchase|without any order|"
     "without any orders|of inactivity"},
    {"INACTIVE", "", "inactive|lapsed|dormant|not active|gone quiet|gone inactive|silent"},
    {"ACTIVE", "", "active"},
    {"JOINED", "",
     "joined|join|signed up|sign up|registered|register|created|created account|onboarded|"
     "created an account|became customers|became a customer|became customer|"
     "enrolled|came on board|been added|were added|was added|added|opened an account"},
    {"CREATED", "",
     "created|created at|created date|creation date|sign up date|registration date|"
     "join date|joining date|joined date|account creation date|"
     "joined on|date joined|date of joining|account created|accounts created|account was created|"
     "account opened"},
    {"NEW", "",
     "new|fresh|newly joined|newly registered|newly signed up|newly created|newly "
     "acquired|acquired"},
    {"ONETIME", "1",
     "one time|single purchase|single order|one order|first time|once only|1 time|one purchase"},
    {"ONETIME", "2", "two time|2 time|two order|two purchase"},
    {"ONETIME", "3", "three time|3 time"},
    {"REPEAT", "", "repeat|returning|repeating|repeated|multi order|multiple order"},
    {"NONBUYERS", "",
     "non buyers|nonbuyers|non purchasers|zero order customers|never buyers|non buying customers"},

    // What is known of customers.
    {"CITYIN", "",
     "in|from|based in|located in|living in|live in|lives in|residing in|reside in|"
     "resides in|based out of|belong to|belongs to|belonging to|who live in|hailing from|"
     "in the city of|from the city of|staying in|stay in|situated in|settled in|"
     "coming from|come from|in city|from city|within|of|at|hails from|hail from|native of"},
    {"OUTSIDE", "",
     "live outside|lives outside|reside outside|resides outside|residing outside|outside|outside "
     "of|located outside|located outside of|not in|not from|away from|out "
     "of|living outside|"
     "based outside|anywhere but|based anywhere but|based anywhere except|anywhere except|other "
     "than in|other than from"},
    {"CITY", "", "city|location|town|home city|hometown|cities"},
    {"REACHED", "email",
     "email|e mail|emails|email address|email addresses|email id|e mail address|mail id"},
    {"REACHED", "phone",
     "phone|phone number|phone numbers|mobile number|mobile numbers|mobile|"
     "contact number|phones"},
    {"TEXTFIELD", "name", "name|names|full name"},
    {"TEXTFIELD", "email", "email|email address|e mail|e mail address|emails|email id"},
    {"TEXTFIELD", "phone", "phone|phone number|mobile|mobile number"},
    {"TEXTFIELD", "city", "city"},
    {"TEXTOP", "beginsWith",
     "starts with|starting|start with|starting with|begins with|beginning with|begin with"},
    {"TEXTOP", "endsWith", "ends with|ending|ending with|end with|ending in|ends in"},
    {"TEXTOP", "contains", "contains|contain|containing|includes|including"},
    {"NAMED", "", "named|called"},
    {"MISSING", "", "missing|unknown|empty|not known|blank|not set|null"},
    {"KNOWN", "", "known|present|set|on file|not missing|available|not empty"},
    {"TAGGED", "",
     "tagged|tagged as|tagged with|with tag|with the tag|having the tag|have the tag|"
     "labelled|with a tag|has the tag|has tag|have tag|tag is|with tags|with the tags|have tags|"
     "having tags|has tags"},
    {"TAG", "", "tag|tags|label|labels"},
    {"INCLUDES", "", "contain|contains|containing|include|includes|including"},
    {"ACCOUNTSTATUS", "", "status|customer status|account status"},
    {"EQUALS", "",
     "=|is|are|equals|equal to|is equal to|was|:|as|is one of|one of|is any of|any of|is either "
     "of"},
};

}  // namespace

std::span<const Phrase> Phrases() { return kPhrases; }

}  // namespace tidings::sentence
